import CKernels

/// The factors of one step of gradient descent; see `LoraSGDStep` in `OptimizerSteps.h`.
package struct SGDStep: Sendable {
  package var rate: Double
  package var momentum: Double
  package var weightDecay: Double
  package var nesterov: Bool
  package var gradientScale: Double

  package init(
    rate: Double, momentum: Double, weightDecay: Double, nesterov: Bool, gradientScale: Double
  ) {
    (self.rate, self.momentum, self.weightDecay) = (rate, momentum, weightDecay)
    (self.nesterov, self.gradientScale) = (nesterov, gradientScale)
  }
}

/// The factors of one step of Adam; see `LoraAdamStep` in `OptimizerSteps.h`.
package struct AdamStep: Sendable {
  package var rate: Double
  package var beta1: Double
  package var beta2: Double
  package var epsilon: Double
  package var weightDecay: Double
  package var decoupled: Bool
  package var gradientScale: Double
  /// 1 - beta1ᵗ and 1 - beta2ᵗ.
  package var corrections: (Double, Double)

  package init(
    rate: Double, betas: (Double, Double), epsilon: Double, weightDecay: Double, decoupled: Bool
  ) {
    (self.rate, self.beta1, self.beta2) = (rate, betas.0, betas.1)
    (self.epsilon, self.weightDecay, self.decoupled) = (epsilon, weightDecay, decoupled)
    (gradientScale, corrections) = (1, (1, 1))
  }
}

/// Moves `weights` against `gradient`; `velocity` is updated, and unused (may be empty) without
/// momentum.
@specialized(where Scalar == Float)
package func step<Scalar: DenseScalar>(
  _ step: SGDStep, _ weights: inout [Scalar], gradient: [Scalar],
  velocity: inout [Scalar], workers: Workers, using instructions: InstructionSet = .best
) {
  let count = weights.count
  precondition(gradient.count == count && (step.momentum == 0 || velocity.count == count))
  let factors = LoraSGDStep(
    rate: step.rate, momentum: step.momentum, weight_decay: step.weightDecay,
    gradient_scale: step.gradientScale, nesterov: step.nesterov ? 1 : 0)
  unsafe weights.withUnsafeMutableBufferPointer { weights in
    unsafe gradient.withUnsafeBufferPointer { gradient in
      unsafe velocity.withUnsafeMutableBufferPointer { velocity in
        guard let w = weights.baseAddress, let g = gradient.baseAddress else { return }
        let v = velocity.baseAddress
        inBlocks(of: count, workers) { start, length in
          unsafe withUnsafePointer(to: factors) { factors in
            unsafe Scalar.kernels.sgdStep(
              instructions.code, w + start, g + start, v.map { unsafe $0 + start }, length,
              factors)
          }
        }
      }
    }
  }
}

/// Moves `weights` against `gradient`; both moments are updated.
@specialized(where Scalar == Float)
package func step<Scalar: DenseScalar>(
  _ step: AdamStep, _ weights: inout [Scalar], gradient: [Scalar],
  first: inout [Scalar], second: inout [Scalar], workers: Workers,
  using instructions: InstructionSet = .best
) {
  let count = weights.count
  precondition(gradient.count == count && first.count == count && second.count == count)
  let factors = step.factors
  unsafe weights.withUnsafeMutableBufferPointer { weights in
    unsafe gradient.withUnsafeBufferPointer { gradient in
      unsafe first.withUnsafeMutableBufferPointer { first in
        unsafe second.withUnsafeMutableBufferPointer { second in
          guard let w = weights.baseAddress, let g = gradient.baseAddress,
            let m = first.baseAddress, let v = second.baseAddress
          else { return }
          inBlocks(of: count, workers) { start, length in
            unsafe withUnsafePointer(to: factors) { factors in
              unsafe Scalar.kernels.adamStep(
                instructions.code, w + start, g + start, m + start, v + start, length, factors)
            }
          }
        }
      }
    }
  }
}

extension AdamStep {
  fileprivate var factors: LoraAdamStep {
    LoraAdamStep(
      rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, weight_decay: weightDecay,
      gradient_scale: gradientScale, correction1: corrections.0, correction2: corrections.1,
      decoupled: decoupled ? 1 : 0)
  }
}
