import Kernels
import Testing

@Suite struct OptimizerStepTests {
  private let count = 203

  @Test(arguments: [(0.0, false), (0.9, false), (0.9, true)], InstructionSet.available)
  func `a step of gradient descent is as defined`(
    kind: (momentum: Double, nesterov: Bool), instructions: InstructionSet
  ) {
    let factors = SGDStep(
      rate: 0.1, momentum: kind.momentum, weightDecay: 0.01, nesterov: kind.nesterov,
      gradientScale: 0.7)
    let gradient: [Float] = denseNumbers(count, seed: 1)
    let before: [Float] = denseNumbers(count, seed: 2, corners: false)
    let velocity: [Float] = denseNumbers(count, seed: 3, corners: false)
    var (w, v) = (before, velocity)
    step(factors, &w, gradient: gradient, velocity: &v, workers: .one, using: instructions)
    let (rate, momentum) = (Float(0.1), Float(kind.momentum))
    for index in 0..<count {
      let g = Float(0.7) * gradient[index] + Float(0.01) * before[index]
      let speed = momentum * velocity[index] + g
      let move = kind.nesterov ? g + momentum * speed : kind.momentum == 0 ? g : speed
      #expect(w[index].bitPattern == (before[index] - rate * move).canonical.bitPattern)
      let kept = kind.momentum == 0 ? velocity[index] : speed.canonical
      #expect(v[index].bitPattern == kept.bitPattern)
    }
  }

  @Test(arguments: [false, true], InstructionSet.available)
  func `a step of Adam is as defined`(decoupled: Bool, instructions: InstructionSet) {
    checkAdam(Float.self, decoupled, instructions)
    checkAdam(Double.self, decoupled, instructions)
  }

  private func checkAdam<Scalar: DenseScalar>(
    _: Scalar.Type, _ decoupled: Bool, _ instructions: InstructionSet
  ) {
    var factors = AdamStep(
      rate: 0.01, betas: (0.9, 0.99), epsilon: 1e-8, weightDecay: 0.1, decoupled: decoupled)
    (factors.gradientScale, factors.corrections) = (0.5, (0.19, 0.02))
    let gradient: [Scalar] = denseNumbers(count, seed: 1)
    let before: [Scalar] = denseNumbers(count, seed: 2, corners: false)
    let first: [Scalar] = denseNumbers(count, seed: 3, corners: false)
    let second: [Scalar] = denseNumbers(count, seed: 4, corners: false).map { $0 * $0 }
    var (w, m, v) = (before, first, second)
    step(
      factors, &w, gradient: gradient, first: &m, second: &v, workers: .one, using: instructions)
    let size = Scalar(0.01 / 0.19)
    let root = Scalar(1 / (0.02).squareRoot())
    for index in 0..<count {
      let decay = decoupled ? 0 : Scalar(0.1)
      let g = Scalar(0.5) * gradient[index] + decay * before[index]
      let mean = Scalar(0.9) * first[index] + Scalar(1 - 0.9) * g
      let square = Scalar(0.99) * second[index] + Scalar(1 - 0.99) * g * g
      let kept = decoupled ? Scalar(1 - 0.01 * 0.1) : 1
      let move = size * mean / (square.squareRoot() * root + Scalar(1e-8))
      #expect(m[index].pattern == mean.canonical.pattern)
      #expect(v[index].pattern == square.canonical.pattern)
      #expect(w[index].pattern == (kept * before[index] - move).canonical.pattern)
    }
  }
}
