import CKernels

/// Numbers of a file's format read into memory, and numbers in memory written in such a format.
///
/// Every conversion rounds once, to nearest with ties to even, whatever the two formats. Beyond the
/// largest number lies infinity; subnormals are exact; the sign of a zero is kept. Every NaN becomes
/// the canonical one of its format: positive, quiet, payload 0.
package enum FloatCoding {
  /// The numbers of `bytes`, which are in `format`; those in f64 are rounded to f32.
  package static func floats(
    of bytes: RawSpan, as format: FloatFormat, using instructions: InstructionSet = .best
  ) -> [Float] {
    var result = [Float](repeating: 0, count: bytes.byteCount / format.byteCount)
    var span = result.mutableSpan
    var destination = unsafe span.mutableBytes
    convert(bytes, from: format, into: &destination, as: .f32, using: instructions)
    return result
  }

  /// Makes `result` the numbers of `bytes`, which are in `format`, in the memory that it has.
  package static func decode(
    _ bytes: RawSpan, as format: FloatFormat, into result: inout [Float],
    using instructions: InstructionSet = .best
  ) {
    let count = bytes.byteCount / format.byteCount
    if result.count > count { result.removeLast(result.count - count) }
    result.append(contentsOf: repeatElement(0, count: count - result.count))
    var span = result.mutableSpan
    var destination = unsafe span.mutableBytes
    convert(bytes, from: format, into: &destination, as: .f32, using: instructions)
  }

  /// The numbers of `bytes`, which are in `format`, without loss.
  package static func doubles(
    of bytes: RawSpan, as format: FloatFormat, using instructions: InstructionSet = .best
  ) -> [Double] {
    var result = [Double](repeating: 0, count: bytes.byteCount / format.byteCount)
    var span = result.mutableSpan
    var destination = unsafe span.mutableBytes
    convert(bytes, from: format, into: &destination, as: .f64, using: instructions)
    return result
  }

  /// The numbers of `bytes`, which are in `format`; those in f64 are rounded to f32.
  package static func floats(of bytes: [UInt8], as format: FloatFormat) -> [Float] {
    unsafe floats(of: bytes.span.bytes, as: format)
  }

  /// The numbers of `bytes`, which are in `format`, without loss.
  package static func doubles(of bytes: [UInt8], as format: FloatFormat) -> [Double] {
    unsafe doubles(of: bytes.span.bytes, as: format)
  }

  /// The bytes of `numbers` in `format`.
  package static func encode(
    _ numbers: [Float], as format: FloatFormat, using instructions: InstructionSet = .best
  ) -> [UInt8] {
    unsafe encode(numbers.span.bytes, from: .f32, as: format, using: instructions)
  }

  /// The bytes of `numbers` in `format`.
  package static func encode(
    _ numbers: [Double], as format: FloatFormat, using instructions: InstructionSet = .best
  ) -> [UInt8] {
    unsafe encode(numbers.span.bytes, from: .f64, as: format, using: instructions)
  }

  private static func encode(
    _ numbers: RawSpan, from: FloatFormat, as format: FloatFormat,
    using instructions: InstructionSet
  ) -> [UInt8] {
    let count = numbers.byteCount / from.byteCount
    var result = [UInt8](repeating: 0, count: count * format.byteCount)
    var span = result.mutableSpan
    var destination = unsafe span.mutableBytes
    convert(numbers, from: from, into: &destination, as: format, using: instructions)
    return result
  }

  /// Rewrites numbers of one format in another.
  ///
  /// - Parameters:
  ///   - source: Numbers in format `from`.
  ///   - from: Format of `source`.
  ///   - destination: Room for as many numbers in `format`, overwritten.
  ///   - format: Format of `destination`.
  ///   - instructions: What computes it; one of `InstructionSet.available`.
  package static func convert(
    _ source: RawSpan, from: FloatFormat, into destination: inout MutableRawSpan,
    as format: FloatFormat, using instructions: InstructionSet = .best
  ) {
    let count = source.byteCount / from.byteCount
    precondition(source.byteCount == count * from.byteCount, "the bytes end inside a number")
    precondition(destination.byteCount == count * format.byteCount, "the counts must match")
    unsafe source.withUnsafeBytes { source in
      unsafe destination.withUnsafeMutableBytes { destination in
        unsafe lora_convert(
          instructions.code, from.code, format.code, count, source.baseAddress,
          destination.baseAddress)
      }
    }
  }
}
