/// Computes the new bytes of the chunks of a change in place.
///
/// Chunks arrive in any order and on several threads at once. The same chunk always gets the same
/// bytes, in this process and in the one that takes over after a crash; the digests in the journal
/// hold it to that.
package protocol ChunkMaker: Sendable {
  /// Fills `new` from the chunk's old bytes.
  ///
  /// - Parameters:
  ///   - chunk: A position in the journal's chunks.
  ///   - old: Its old bytes.
  ///   - new: As many bytes, to be overwritten whole.
  /// - Throws: Why they cannot be computed; the chunk is as it was then.
  func make(_ chunk: Int, from old: RawSpan, into new: inout MutableRawSpan) throws

  /// Notes that a chunk has its new bytes already.
  func pass(over chunk: Int)
}

extension ChunkMaker {
  package func pass(over chunk: Int) {}
}
