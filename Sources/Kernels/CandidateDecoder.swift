import CKernels

/// Reads the code of a range by candidates, block after block; nothing in it is trusted.
final class CandidateDecoder {
  private let block: CandidateBlock
  private let code: [UInt8]
  /// Where outliers and indices lie in the code.
  private let outliers: Range<Int>
  private let indices: Range<Int>
  private var place = lora_bit_place(pending: 0, filled: 0, bytes: 0)

  init(
    _ code: [UInt8], _ format: FloatFormat, _ instructions: InstructionSet
  ) throws(RemainderFailure) {
    guard code.count >= 5 else { throw .cutShort }
    let size = Int(number(at: 1, of: code)) * (4 + format.byteCount)
    guard size <= code.count - 5 else { throw .cutShort }
    self.code = code
    outliers = 5..<(5 + size)
    indices = (5 + size)..<code.count
    do {
      block = try CandidateBlock(format, instructions)
    } catch {
      throw .outOfMemory
    }
  }

  /// Decodes the whole range.
  func write(
    merged: RawSpan, update: RangeUpdate, into destination: inout MutableRawSpan
  ) throws(RemainderFailure) {
    let size = block.format.byteCount
    precondition(merged.byteCount == update.count * size, "the update must match the range")
    var start = 0
    for part in update.blocks(of: CandidateBlock.size) {
      let bytes = (start * size)..<((start + part.elements.count) * size)
      var target = destination._mutatingExtracting(bytes)
      block.sum(part)
      block.find(part, merged: merged.extracting(bytes), first: &target)
      try decode(&target)
      start += part.elements.count
    }
    // Only what fills up the last byte may be left, and it is zero.
    let left = Int(place.filled) + 8 * (indices.count - place.bytes)
    guard left < 8, place.pending == 0 else { throw .goesOn }
    try putOutliers(into: &destination)
  }

  private func decode(_ target: inout MutableRawSpan) throws(RemainderFailure) {
    let count = target.byteCount / block.format.byteCount
    let isComplete = unsafe code.withUnsafeBufferPointer { code in
      unsafe target.withUnsafeMutableBytes { target in
        unsafe lora_remainder_decode(
          block.instructions.code, block.format.code, count, target.baseAddress, block.widths,
          &place,
          code.baseAddress.map { unsafe $0 + indices.lowerBound }, indices.count)
      }
    }
    guard isComplete else { throw .cutShort }
  }

  private func putOutliers(
    into destination: inout MutableRawSpan
  ) throws(RemainderFailure) {
    let size = block.format.byteCount
    var next = 0
    for start in stride(from: outliers.lowerBound, to: outliers.upperBound, by: 4 + size) {
      let position = Int(number(at: start, of: code))
      guard position >= next, (position + 1) * size <= destination.byteCount else {
        throw .badOutlier(position: position)
      }
      next = position + 1
      for byte in 0..<size {
        destination.storeBytes(
          of: code[start + 4 + byte], toByteOffset: position * size + byte, as: UInt8.self)
      }
    }
  }
}

/// The four bytes at `offset` as a number, the lowest first.
private func number(at offset: Int, of bytes: [UInt8]) -> UInt32 {
  (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
}
