import Tensors

/// The matrices of diag-OFT, BOFT or kohya's OFT, as the file has them.
package struct RotationBlocks: Sendable, Equatable {
  /// How far a rotation may go.
  package enum Constraint: Sendable, Equatable {
    case none
    /// LyCORIS: Q of a norm above c is shortened to it; c is `alpha` times the outputs, and 0 is none.
    case atMost(Double)
    /// kohya: the same, and 0 is no rotation at all.
    case clamped(Double)
  }

  /// X: `[blocks, b, b]`, or `[stages, blocks, b, b]` of a butterfly.
  package let values: Tensor
  package let constraint: Constraint
  /// A factor for each output.
  package let rescale: Tensor?

  init(values: Tensor, constraint: Constraint, rescale: Tensor?) {
    (self.values, self.constraint, self.rescale) = (values, constraint, rescale)
  }

  package var isButterfly: Bool { values.shape.rank == 4 }
  package var stages: Int { isButterfly ? values.shape[0] : 1 }
  package var count: Int { values.shape[values.shape.rank - 3] }
  package var size: Int { values.shape[values.shape.rank - 1] }
  /// Outputs of the weight that it is for.
  package var outputs: Int { count * size }

  /// What Q = X − Xᵀ is multiplied by.
  package var shortening: Double {
    let square = size * size
    let values = values.doubles ?? []
    var sum = 0.0
    for start in stride(from: 0, to: values.count, by: square) {
      for index in 0..<square {
        let skew = values[start + index] - values[start + index % size * size + index / size]
        sum += skew * skew
      }
    }
    let norm = sum.squareRoot()
    switch constraint {
    case .none: return 1
    case .atMost(let limit): return norm + 1e-8 > limit ? limit / (norm + 1e-8) : 1
    case .clamped(let limit): return (min(norm, limit) + 1e-8) / (norm + 1e-8)
    }
  }
}

/// GLoRA's factors: `W + s·(b₁·b₂ + W·a₁·a₂)`.
package struct GLoRAFactors: Sendable, Equatable {
  /// `[in, r]` and `[r, in]`.
  package let a1: Tensor
  package let a2: Tensor
  /// `[out, r]` and `[r, in·k]`.
  package let b1: Tensor
  package let b2: Tensor
  package let scaling: Double

  init(a: (Tensor, Tensor), b: (Tensor, Tensor), scaling: Double) {
    (a1, a2) = a
    (b1, b2) = b
    self.scaling = scaling
  }
}
