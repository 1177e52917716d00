extension Remainder {
  /// A code that is known to lead back to W: the one given, when it does, else one by difference.
  ///
  /// It is decoded as it will be when the merge is taken out, so that no merge is written that
  /// cannot be.
  ///
  /// - Parameters:
  ///   - code: What `encode` or `merge` made.
  ///   - original: W, which is compared bit by bit.
  ///   - merged: W'.
  ///   - format: Of both.
  ///   - update: What was added to the range.
  ///   - instructions: What computes it; one of `InstructionSet.available`.
  /// - Returns: A code that was decoded.
  /// - Throws: `.outOfMemory`; `.leadsElsewhere` when no code leads back, which is a mistake of ours.
  package static func confirmed(
    _ code: [UInt8], of original: RawSpan, merged: RawSpan, format: FloatFormat,
    update: RangeUpdate, using instructions: InstructionSet = .best
  ) throws(RemainderFailure) -> [UInt8] {
    var room: AlignedBuffer
    do throws(OutOfMemory) {
      room = try AlignedBuffer(byteCount: original.byteCount, isZeroed: false)
    } catch {
      throw .outOfMemory
    }
    func leadsBack(_ code: [UInt8]) throws(RemainderFailure) -> Bool {
      do throws(RemainderFailure) {
        return try room.withMutableBytes { (room) throws(RemainderFailure) in
          try decode(
            code, merged: merged, format: format, update: update, into: &room,
            using: instructions)
          return room.bytes.hasSameBytes(as: original)
        }
      } catch .outOfMemory {
        throw .outOfMemory
      } catch {
        return false
      }
    }
    if try leadsBack(code) { return code }
    let plain = encodeDifference(original, merged: merged, format: format)
    guard try leadsBack(plain) else { throw .leadsElsewhere }
    return plain
  }
}
