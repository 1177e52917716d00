import Kernels
import Tensors

/// The two factors of one low-rank update, as an adapter file holds them, with their scaling.
///
///     delta[o, i] = scaling · Σ_r up[o, r] · down[r, i]
///
/// `down` is LoRA's A `[rank, in]`, `up` its B `[out, rank]`. How they lie on a weight that is not a
/// plain `[out, in]` matrix is the business of `UpdateTerm`.
package struct LowRankPair: Sendable, Equatable {
  /// A, `[rank, in, …]`.
  package let down: Tensor
  /// B, `[out, rank, …]`.
  package let up: Tensor
  /// alpha / rank, or alpha / √rank when rank-stabilized; a user's weight is multiplied later.
  package let scaling: Double

  package init(down: Tensor, up: Tensor, scaling: Double) {
    self.down = down
    self.up = up
    self.scaling = scaling
  }
}
