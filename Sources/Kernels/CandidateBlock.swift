import CKernels

/// Finds the candidates for the elements of a block, and how many bits tell them apart.
final class CandidateBlock {
  /// Elements of a block: with all that belongs to them, they stay in a second-level cache.
  static let size = 1 << 15

  let format: FloatFormat
  let sums: AlignedBuffer
  let width: AlignedBuffer
  let instructions: InstructionSet

  init(_ format: FloatFormat, _ instructions: InstructionSet) throws(OutOfMemory) {
    self.format = format
    self.instructions = instructions
    sums = try AlignedBuffer(byteCount: Self.size * (format == .f64 ? 8 : 4), isZeroed: false)
    width = try AlignedBuffer(byteCount: Self.size, isZeroed: false)
  }

  /// Computes the sums of `part`, for what comes next.
  func sum(_ part: RangeUpdate.Part) {
    part.writeDelta(into: sums, format: format, using: instructions)
  }

  /// Writes W' of `part`, whose sums were computed and whose W these are.
  func add(_ part: RangeUpdate.Part, to original: RawSpan, merged: inout MutableRawSpan) {
    precondition(original.byteCount == part.elements.count * format.byteCount)
    precondition(original.byteCount == merged.byteCount)
    unsafe original.withUnsafeBytes { original in
      unsafe merged.withUnsafeMutableBytes { merged in
        // Even a zero that is added can change a bit.
        guard part.update != nil else { return unsafe merged.copyMemory(from: original) }
        unsafe lora_add_delta(
          instructions.code, format.code, part.elements.count, original.baseAddress, sums.base,
          merged.baseAddress)
      }
    }
  }

  /// Finds the candidates of `part`, whose sums were computed and whose W' these are, and writes the
  /// first of each to `first`.
  func find(_ part: RangeUpdate.Part, merged: RawSpan, first: inout MutableRawSpan) {
    precondition(merged.byteCount == part.elements.count * format.byteCount)
    precondition(merged.byteCount == first.byteCount)
    unsafe merged.withUnsafeBytes { merged in
      unsafe first.withUnsafeMutableBytes { first in
        unsafe lora_candidates(
          instructions.code, format.code, part.elements.count, merged.baseAddress, sums.base,
          first.baseAddress, widths)
      }
    }
  }

  var widths: UnsafeMutablePointer<UInt8> {
    unsafe width.base.assumingMemoryBound(to: UInt8.self)
  }
}
