import CKernels

/// Makes the code of a range by candidates, block after block.
final class CandidateEncoder {
  private let block: CandidateBlock
  private var first: AlignedBuffer
  private let bits: AlignedBuffer
  private let outliers: AlignedBuffer
  private var place = lora_bit_place(pending: 0, filled: 0, bytes: 0)
  private var indices: [UInt8] = []
  private var outlierBytes: [UInt8] = []
  private var outlierCount = 0

  /// Outliers of a block beyond which a code would be longer than half of the range.
  private static let outlierRoom = CandidateBlock.size / 4

  init(_ format: FloatFormat, _ instructions: InstructionSet) throws(OutOfMemory) {
    block = try CandidateBlock(format, instructions)
    first = try AlignedBuffer(
      byteCount: CandidateBlock.size * format.byteCount, isZeroed: false)
    bits = try AlignedBuffer(
      byteCount: lora_remainder_room(CandidateBlock.size), isZeroed: false)
    outliers = try AlignedBuffer(byteCount: 4 * Self.outlierRoom, isZeroed: false)
  }

  /// Encodes a range.
  ///
  /// - Returns: false as soon as the code is as long as half of the range, where differences are
  ///   likely to be shorter.
  func add(_ original: RawSpan, merged: RawSpan, update: RangeUpdate) -> Bool {
    precondition(original.byteCount == merged.byteCount, "both must have the same elements")
    for (part, bytes) in blocks(of: update, size: original.byteCount) {
      block.sum(part)
      guard add(part, bytes, of: original, merged: merged.extracting(bytes)) else { return false }
    }
    return true
  }

  /// Merges a range and encodes it: its sums are computed once for both.
  ///
  /// - Returns: As `add`; the range is merged whole all the same.
  func merge(
    _ original: RawSpan, update: RangeUpdate, into merged: inout MutableRawSpan
  ) -> Bool {
    precondition(original.byteCount == merged.byteCount, "both must have the same elements")
    var isSmall = true
    for (part, bytes) in blocks(of: update, size: original.byteCount) {
      block.sum(part)
      var target = merged._mutatingExtracting(bytes)
      block.add(part, to: original.extracting(bytes), merged: &target)
      isSmall = isSmall && add(part, bytes, of: original, merged: target.bytes)
    }
    return isSmall
  }

  /// The blocks of a range of `size` bytes, and their bytes in it.
  private func blocks(
    of update: RangeUpdate, size: Int
  ) -> [(part: RangeUpdate.Part, bytes: Range<Int>)] {
    let elementSize = block.format.byteCount
    precondition(size == update.count * elementSize, "the update must match the range")
    var start = 0
    return update.blocks(of: CandidateBlock.size).map { part in
      let end = start + part.elements.count * elementSize
      defer { start = end }
      return (part, start..<end)
    }
  }

  /// Encodes one block, whose sums were computed.
  private func add(
    _ part: RangeUpdate.Part, _ bytes: Range<Int>, of original: RawSpan, merged: RawSpan
  ) -> Bool {
    first.withMutableBytes { first in
      var first = first._mutatingExtracting(0..<bytes.count)
      block.find(part, merged: merged, first: &first)
    }
    let start = bytes.lowerBound / block.format.byteCount
    return encode(original.extracting(bytes), from: start)
      && indices.count + outlierBytes.count <= original.byteCount / 2
  }

  private func encode(_ original: RawSpan, from start: Int) -> Bool {
    let size = block.format.byteCount
    let positions = unsafe outliers.base.assumingMemoryBound(to: UInt32.self)
    place.bytes = 0
    let found = unsafe original.withUnsafeBytes { original in
      unsafe lora_remainder_encode(
        block.instructions.code, block.format.code, original.count / size, original.baseAddress,
        first.base, block.widths,
        &place, bits.base.assumingMemoryBound(to: UInt8.self), positions, Self.outlierRoom)
    }
    guard found <= Self.outlierRoom else { return false }
    for index in 0..<found {
      let position = unsafe Int(positions[index])
      append(UInt32(start + position), to: &outlierBytes)
      unsafe original.extracting((position * size)..<((position + 1) * size)).withUnsafeBytes {
        unsafe outlierBytes.append(contentsOf: $0)
      }
    }
    outlierCount += found
    unsafe indices.append(
      contentsOf: UnsafeRawBufferPointer(start: bits.base, count: place.bytes))
    return true
  }

  /// The code of what was added.
  func code() -> [UInt8] {
    var code: [UInt8] = [Remainder.byCandidates]
    code.reserveCapacity(16 + outlierBytes.count + indices.count)
    append(UInt32(outlierCount), to: &code)
    code += outlierBytes
    code += indices
    var rest = place
    while rest.filled > 0 {
      code.append(UInt8(truncatingIfNeeded: rest.pending))
      rest.pending >>= 8
      rest.filled -= min(8, rest.filled)
    }
    return code
  }
}

/// Appends the four bytes of a number, the lowest first.
private func append(_ number: UInt32, to bytes: inout [UInt8]) {
  for shift in stride(from: UInt32(0), to: 32, by: 8) {
    bytes.append(UInt8(truncatingIfNeeded: number >> shift))
  }
}
