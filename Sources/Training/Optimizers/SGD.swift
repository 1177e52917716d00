import Kernels

/// Stochastic gradient descent, plain, with momentum, or with Nesterov's.
///
///     g = gradient + weightDecay·w;  v = momentum·v + g
///     w -= rate·v, or rate·(g + momentum·v) with Nesterov's
///
/// Source: <https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html> (dampening 0).
package struct SGD<Scalar: DenseScalar>: Optimizer {
  package var state = OptimizerState<Scalar>()
  private var step: SGDStep

  package init(momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) {
    step = SGDStep(
      rate: 0, momentum: momentum, weightDecay: weightDecay, nesterov: nesterov,
      gradientScale: 1)
  }

  package mutating func beginStep(rate: Double, gradientScale: Double) {
    state.steps += 1
    step.rate = rate
    step.gradientScale = gradientScale
  }

  package mutating func update(
    _ parameter: inout Parameter<Scalar>, at index: Int, workers: Workers
  ) {
    if index == state.first.count {
      let count = step.momentum == 0 ? 0 : parameter.value.count
      state.first.append(Array(zeros: count))
    }
    var step = step
    step.rate *= parameter.rateFactor
    Kernels.step(
      step, &parameter.value, gradient: parameter.gradient, velocity: &state.first[index],
      workers: workers)
  }
}
