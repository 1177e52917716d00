import CKernels

/// Infinities and NaNs found, at the speed of memory.
package enum FloatScan {
  /// How many numbers of `values` are infinite or NaN.
  package static func nonFiniteCount(
    in values: RawSpan, format: FloatFormat, using instructions: InstructionSet = .best
  ) -> Int {
    let count = values.byteCount / format.byteCount
    precondition(values.byteCount == count * format.byteCount, "the bytes end inside a number")
    return unsafe values.withUnsafeBytes {
      unsafe lora_count_non_finite(instructions.code, format.code, count, $0.baseAddress)
    }
  }

  /// The index of the first number of `values` that is infinite or NaN.
  package static func firstNonFinite(
    in values: RawSpan, format: FloatFormat, using instructions: InstructionSet = .best
  ) -> Int? {
    let size = format.byteCount
    return first(in: 0..<values.byteCount / size) { range in
      nonFiniteCount(
        in: values.extracting(range.lowerBound * size..<range.upperBound * size), format: format,
        using: instructions) > 0
    }
  }

  /// The index of the first number that is finite in `before` and infinite or NaN in `after`.
  package static func firstNewNonFinite(
    before: RawSpan, after: RawSpan, format: FloatFormat, using instructions: InstructionSet = .best
  ) -> Int? {
    precondition(before.byteCount == after.byteCount, "both must have the same numbers")
    let size = format.byteCount
    return unsafe before.withUnsafeBytes { before in
      unsafe after.withUnsafeBytes { after in
        first(in: 0..<before.count / size) { range in
          unsafe lora_count_new_non_finite(
            instructions.code, format.code, range.count,
            before.baseAddress.map { unsafe $0 + range.lowerBound * size },
            after.baseAddress.map { unsafe $0 + range.lowerBound * size }) > 0
        }
      }
    }
  }

  /// The first index for which `contains` holds, given that it tells for any range whether there is
  /// one in it: a walk over blocks, then halves of the block.
  private static func first(in indices: Range<Int>, where contains: (Range<Int>) -> Bool) -> Int? {
    var start = indices.lowerBound
    while start < indices.upperBound {
      var block = start..<min(start + 1 << 16, indices.upperBound)
      start = block.upperBound
      guard contains(block) else { continue }
      while block.count > 1 {
        let middle = block.lowerBound + block.count / 2
        block =
          contains(block.lowerBound..<middle)
          ? block.lowerBound..<middle : middle..<block.upperBound
      }
      return block.lowerBound
    }
    return nil
  }
}
