/// What a merge `W' = round(W + s·B·A)` loses of `W`, as bytes for a range of elements.
///
/// A code begins with a byte that says how it is made:
///
/// - 1, by candidates: the number of outliers as u32; for each, its position in the range as u32
///   and its bits; then the indices of the other elements among their candidates, bit after bit.
///   `CKernels/include/Remainder.h` says what the candidates are.
/// - 2, by difference: raw deflate data of the bits of W xor W', byte plane after byte plane.
///
/// All numbers are little-endian. Whatever W, W' and the update are, W comes back bit for bit: not
/// finite, negative zero, subnormal, or of no relation to W' at all, which only costs room.
package enum Remainder {
  static let byCandidates: UInt8 = 1
  static let byDifference: UInt8 = 2

  /// The code for a range of elements.
  ///
  /// - Parameters:
  ///   - original: W.
  ///   - merged: W', as many elements.
  ///   - format: Of both.
  ///   - update: What was added to the range.
  ///   - instructions: What computes it; one of `InstructionSet.available`.
  /// - Returns: The code, no longer than `bound(of:)` says.
  /// - Throws: When there is no memory for a block of candidates.
  package static func encode(
    _ original: RawSpan, merged: RawSpan, format: FloatFormat, update: RangeUpdate,
    using instructions: InstructionSet = .best
  ) throws(OutOfMemory) -> [UInt8] {
    let encoder = try CandidateEncoder(format, instructions)
    let isSmall = encoder.add(original, merged: merged, update: update)
    return isSmall
      ? encoder.code() : encodeDifference(original, merged: merged, format: format)
  }

  /// Merges a range of elements and makes its code, in one go.
  ///
  /// - Parameters:
  ///   - original: W.
  ///   - format: Of W and W'.
  ///   - update: What is added to the range.
  ///   - merged: Room for W', overwritten with what the update alone would write.
  ///   - instructions: What computes it; one of `InstructionSet.available`.
  /// - Returns: As `encode`.
  /// - Throws: When there is no memory for a block of candidates.
  package static func merge(
    _ original: RawSpan, format: FloatFormat, update: RangeUpdate,
    into merged: inout MutableRawSpan, using instructions: InstructionSet = .best
  ) throws(OutOfMemory) -> [UInt8] {
    let encoder = try CandidateEncoder(format, instructions)
    let isSmall = encoder.merge(original, update: update, into: &merged)
    return isSmall
      ? encoder.code() : encodeDifference(original, merged: merged.bytes, format: format)
  }

  /// The code for a range whose merge was no low-rank update.
  package static func encodeDifference(
    _ original: RawSpan, merged: RawSpan, format: FloatFormat
  ) -> [UInt8] {
    var planes = [UInt8](repeating: 0, count: original.byteCount)
    ByteDifference.write(original, merged, elementSize: format.byteCount, into: &planes)
    var deflater = Deflater(.runs)
    var code = [UInt8](repeating: 0, count: 1 + deflater.bound(of: planes.count))
    code[0] = byDifference
    let count = code.withMutableBytes { code in
      var room = code._mutatingExtracting(1..<code.byteCount)
      return planes.withBytes { deflater.deflate($0, into: &room) }
    }
    code.removeLast(code.count - 1 - count)
    return code
  }

  /// The most bytes that a code for `byteCount` bytes of elements can have.
  package static func bound(of byteCount: Int) -> Int {
    1 + Deflater(.runs).bound(of: byteCount)
  }

  /// Writes W for a range of elements.
  ///
  /// - Parameters:
  ///   - code: What `encode` made; may come from an untrusted file.
  ///   - merged: W'.
  ///   - format: Of W and W'.
  ///   - update: What was added to the range.
  ///   - destination: Room for as many elements, overwritten.
  ///   - instructions: What computes it; one of `InstructionSet.available`.
  /// - Throws: When the code is not one for such a range.
  package static func decode(
    _ code: [UInt8], merged: RawSpan, format: FloatFormat, update: RangeUpdate,
    into destination: inout MutableRawSpan, using instructions: InstructionSet = .best
  ) throws(RemainderFailure) {
    precondition(merged.byteCount == destination.byteCount, "the counts must match")
    switch code.first {
    case nil:
      throw .cutShort
    case byCandidates:
      let decoder = try CandidateDecoder(code, format, instructions)
      try decoder.write(merged: merged, update: update, into: &destination)
    case byDifference:
      var planes = [UInt8](repeating: 0, count: merged.byteCount)
      try code.withBytes { (code) throws(RemainderFailure) in
        try planes.withMutableBytes { (planes) throws(RemainderFailure) in
          try inflate(code.extracting(1..<code.byteCount), into: &planes)
        }
      }
      ByteDifference.read(planes, merged, elementSize: format.byteCount, into: &destination)
    case let other?:
      throw .unknownCoding(other)
    }
  }

  /// Inflates exactly as many bytes as `planes` has.
  private static func inflate(
    _ body: RawSpan, into planes: inout MutableRawSpan
  ) throws(RemainderFailure) {
    let progress: Inflater.Progress
    do throws(InflateFailure) {
      var inflater = try Inflater(.raw)
      progress = try inflater.inflate(body, into: &planes)
      if !progress.isAtEnd, progress.produced == planes.byteCount {
        // The end of the stream may need one more step, and one more byte is too many.
        var extra: [UInt8] = [0]
        let rest = body.extracting(progress.consumed..<body.byteCount)
        let last = try extra.withMutableBytes { (room) throws(InflateFailure) in
          try inflater.inflate(rest, into: &room)
        }
        guard last.isAtEnd, last.produced == 0, last.consumed == rest.byteCount else {
          throw .badData("it does not end with its last element")
        }
        return
      }
    } catch {
      switch error {
      case .badData(let problem): throw .badDeflate(problem)
      case .outOfMemory: throw .outOfMemory
      }
    }
    guard progress.isAtEnd, progress.produced == planes.byteCount else { throw .cutShort }
    guard progress.consumed == body.byteCount else { throw .goesOn }
  }
}
