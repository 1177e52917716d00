import Kernels

/// Adam, and with decoupled weight decay AdamW.
///
///     m = β1·m + (1-β1)·g;  v = β2·v + (1-β2)·g²
///     w -= rate · m/(1-β1ᵗ) / (√(v/(1-β2ᵗ)) + ε)
///
/// AdamW shrinks w by rate·weightDecay before that; Adam adds weightDecay·w to g.
/// Sources: <https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html>,
/// <https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html>.
package struct Adam<Scalar: DenseScalar>: Optimizer {
  package var state = OptimizerState<Scalar>()
  private var step: AdamStep

  package init(
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0,
    decoupled: Bool
  ) {
    step = AdamStep(
      rate: 0, betas: betas, epsilon: epsilon, weightDecay: weightDecay, decoupled: decoupled)
  }

  package mutating func beginStep(rate: Double, gradientScale: Double) {
    state.steps += 1
    step.rate = rate
    step.gradientScale = gradientScale
    step.corrections = (
      1 - power(step.beta1, state.steps), 1 - power(step.beta2, state.steps)
    )
  }

  package mutating func update(
    _ parameter: inout Parameter<Scalar>, at index: Int, workers: Workers
  ) {
    if index == state.first.count {
      state.first.append(Array(zeros: parameter.value.count))
      state.second.append(Array(zeros: parameter.value.count))
    }
    var step = step
    step.rate *= parameter.rateFactor
    Kernels.step(
      step, &parameter.value, gradient: parameter.gradient, first: &state.first[index],
      second: &state.second[index],
      workers: workers)
  }
}

/// base to a whole exponent, by squaring: the same bits on every machine.
private func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, square, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    square *= square
    rest >>= 1
  }
  return result
}
