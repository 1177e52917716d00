import Kernels

/// A rule that moves parameters against their gradients, with a memory for each.
package protocol Optimizer<Scalar>: Sendable {
  associatedtype Scalar: DenseScalar

  /// Begins the next step, at the given learning rate.
  ///
  /// - Parameters:
  ///   - rate: The learning rate of this step.
  ///   - gradientScale: Multiplies every gradient before use; below 1 when gradients are clipped.
  mutating func beginStep(rate: Double, gradientScale: Double)

  /// Moves the `index`-th trained parameter.
  mutating func update(_ parameter: inout Parameter<Scalar>, at index: Int, workers: Workers)

  /// The memory, to be saved and restored.
  var state: OptimizerState<Scalar> { get set }
}

extension Optimizer {
  /// Moves every trained parameter of `network`, in its order.
  mutating func update<Net: Network>(
    _ network: inout Net, _ workers: Workers
  ) where Net.Scalar == Scalar {
    var index = 0
    network.withTrained { parameter in
      update(&parameter, at: index, workers: workers)
      index += 1
    }
  }
}

/// What an optimizer remembers between steps.
package struct OptimizerState<Scalar: DenseScalar>: Sendable, Equatable {
  /// Steps taken.
  package var steps = 0
  /// For each trained parameter its velocity, or its first moment; empty before the first step.
  package var first: [[Scalar]] = []
  /// For each trained parameter its second moment (Adam).
  package var second: [[Scalar]] = []

  package init() {}

  /// The memory that all of it takes.
  package var byteCount: Int {
    (first + second).reduce(0) { $0 + $1.count } * MemoryLayout<Scalar>.stride
  }
}
