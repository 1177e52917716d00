import Tensors

/// Where a trainer's batches come from.
///
/// What was drawn so far can be saved and taken up again: a source restored to a position gives the
/// same batches from there as the one that stood there.
package protocol BatchSource<Batch>: Sendable {
  associatedtype Batch: Sendable

  var position: BatchPosition { get }

  /// The batch at `position`, which moves on; the memory of `batch` is reused.
  mutating func next(into batch: inout Batch)

  /// An empty batch to begin with.
  var emptyBatch: Batch { get }

  mutating func restore(_ position: BatchPosition)
}

/// How far a source has come, and what it needs to go on from there.
package struct BatchPosition: Sendable, Equatable {
  /// Passes over the data that are finished.
  package var epoch: Int
  /// Rows taken from the current pass.
  package var row: Int
  /// The generator as it stood before the current pass was shuffled.
  package var generator: Generator

  package init(epoch: Int, row: Int, generator: Generator) {
    (self.epoch, self.row, self.generator) = (epoch, row, generator)
  }
}
