import Kernels

extension Network {
  /// The norm √Σg² over the gradients of all trained parameters, in f64.
  ///
  /// - Throws: `TrainingError.nonFiniteGradient` naming the first parameter whose gradient is not.
  mutating func gradientNorm(step: Int, _ workers: Workers) throws(TrainingError) -> Double {
    var total = 0.0
    var culprit: String?
    withTrained { parameter in
      let squares = sumOfSquares(parameter.gradient, workers: workers)
      if !squares.isFinite, culprit == nil { culprit = parameter.name }
      total += squares
    }
    if let culprit { throw .nonFiniteGradient(step: step, tensor: culprit) }
    return total.squareRoot()
  }
}

/// What gradients of norm `norm` are multiplied by so that it becomes at most `limit`.
///
/// min(1, limit / (norm + 10⁻⁶)), as `torch.nn.utils.clip_grad_norm_`; 1 without a limit.
func clippingFactor(norm: Double, limit: Double?) -> Double {
  guard let limit else { return 1 }
  return min(1, limit / (norm + 1e-6))
}
