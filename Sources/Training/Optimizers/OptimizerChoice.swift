import Kernels

/// An optimizer and its settings.
package struct OptimizerChoice: Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case sgd
    case adam
    case adamw
  }

  package var kind = Kind.adamw
  /// Of `sgd`.
  package var momentum = 0.0
  package var nesterov = false
  /// Of `adam` and `adamw`.
  package var betas = (0.9, 0.999)
  package var epsilon = 1e-8
  package var weightDecay = 0.0

  package init() {}

  /// Numbers that it remembers of each that is trained: none, a velocity, or two moments.
  package var moments: Int {
    switch kind {
    case .sgd: momentum > 0 ? 1 : 0
    case .adam, .adamw: 2
    }
  }

  /// The optimizer before its first step.
  package func optimizer<Scalar: DenseScalar>(for: Scalar.Type) -> any Optimizer<Scalar> {
    switch kind {
    case .sgd:
      SGD<Scalar>(momentum: momentum, nesterov: nesterov, weightDecay: weightDecay)
    case .adam, .adamw:
      Adam<Scalar>(
        betas: betas, epsilon: epsilon, weightDecay: weightDecay, decoupled: kind == .adamw)
    }
  }
}
