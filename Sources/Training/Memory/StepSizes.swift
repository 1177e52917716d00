/// One step of training a transformer, in sizes.
package struct StepSizes: Sendable {
  /// Bytes of the weights as they are held: see `StepMemory.bytes(ofStored:)`.
  package var weights = 0
  /// The rank beside each linear layer that has a branch, by its module.
  package var ranks: [String: Int] = [:]
  /// Whether branches have magnitudes.
  package var hasMagnitudes = false
  /// Whether branches leave out some of what they read.
  package var drops = false
  /// Numbers of the network's own that are trained too.
  package var trainedWhole = 0
  /// Numbers that the optimizer remembers of each that is trained.
  package var moments = 2
  /// Tokens that are computed at once: a micro-batch.
  package var tokens = 0
  /// Those of them that have a label.
  package var labels = 0
  /// Tokens of a step.
  package var stepTokens = 0
  /// Whether blocks are computed again in backward.
  package var recomputes = false
  package var threads = 1

  package init() {}
}
