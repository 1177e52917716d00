import Kernels
import Synchronization
import Tensors

/// Compares what a rewrite makes with another checkpoint, and writes nothing.
package final class ComparisonSink: RewriteSink {
  /// A tensor that is not what it should be.
  package struct Difference: Sendable, Equatable {
    package let tensor: String
    /// Elements with other bits.
    package var count: Int
    /// The index of the first of them.
    package var first: Int
  }

  private let other: ForwardReader
  private let counterparts: [Checkpoint.Location]
  private let found = Mutex<[Int: Difference]>([:])

  /// Prepares the comparison.
  ///
  /// - Parameters:
  ///   - plan: What the rewrite makes; every tensor must be in `other`, alike in type and shape.
  ///   - other: The checkpoint to compare with.
  ///   - threads: For reading `other` when it is compressed.
  /// - Throws: `CheckpointProblem` when a tensor is missing or of another form.
  package init(
    _ plan: RewritePlan, with other: Checkpoint, threads: Int
  ) throws(ContainerError) {
    var counterparts: [Checkpoint.Location] = []
    for result in plan.results { counterparts.append(try other.counterpart(of: result)) }
    self.counterparts = counterparts
    self.other = ForwardReader(other, threads: threads)
  }

  package var acceptsAnyOrder: Bool { other.isRandomAccess }

  package func take(_ bytes: RawSpan, ofResult result: Int, at offset: Int) throws {
    let place = counterparts[result]
    var buffer = [UInt8](repeating: 0, count: bytes.byteCount)
    try buffer.withMutableBytes { (bytes) throws(ContainerError) in
      try other.read(place.entry.range.lowerBound + offset, ofShard: place.shard, into: &bytes)
    }
    let size = max(1, place.entry.type.bitCount / 8)
    guard
      let difference = buffer.withBytes({ Self.difference(bytes, $0, elementSize: size) })
    else { return }
    record(
      Difference(
        tensor: place.entry.name, count: difference.count, first: offset / size + difference.first),
      ofResult: result)
  }

  /// Reads the other checkpoint to its end, where a damaged stream shows.
  package func finish() throws(ContainerError) {
    try other.finish()
  }

  private func record(_ difference: Difference, ofResult result: Int) {
    found.withLock { found in
      guard let known = found[result] else {
        found[result] = difference
        return
      }
      found[result] = Difference(
        tensor: known.tensor, count: known.count + difference.count,
        first: min(known.first, difference.first))
    }
  }

  private static func difference(
    _ left: RawSpan, _ right: RawSpan, elementSize: Int
  ) -> (count: Int, first: Int)? {
    guard !left.hasSameBytes(as: right) else { return nil }
    var result: (count: Int, first: Int)?
    var index = 0
    while index * elementSize < left.byteCount {
      let start = index * elementSize
      let range = start..<min(start + elementSize, left.byteCount)
      if !left.extracting(range).hasSameBytes(as: right.extracting(range)) {
        result = ((result?.count ?? 0) + 1, result?.first ?? index)
      }
      index += 1
    }
    return result
  }

  /// The tensors that differ, in the plan's order.
  package var differences: [Difference] {
    found.withLock { found in found.sorted { $0.key < $1.key }.map(\.value) }
  }
}
