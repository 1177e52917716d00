import Kernels
import Synchronization
import Tensors

/// DoRA's last step: every output of `V = W + ΔW` is given the length that was trained for it.
///
///     W'[o, i] = (m[o] / ‖V[o, ·]‖) · V[o, i]
///
/// Source: <https://arxiv.org/abs/2402.09353>, eq. 5
struct MagnitudeStage: Sendable {
  /// Along which axis of the weight, seen as a matrix, the outputs lie.
  enum Axis: Sendable {
    case rows
    case columns
  }

  /// As many elements as the weight has outputs.
  let magnitude: Tensor
  let axis: Axis
}
