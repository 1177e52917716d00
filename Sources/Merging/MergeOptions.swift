import Tensors

/// What a merge may change beyond adding.
package struct MergeOptions: Sendable {
  /// The type of the result's floating-point tensors; nil keeps each tensor's own.
  package var type: DType?
  package var choices = MergePlan.Choices()
  /// What becomes of quantized weights; nil refuses where it matters.
  package var quantized: QuantizedChoice?

  package init() {}
}
