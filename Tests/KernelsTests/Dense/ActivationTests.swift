import Kernels
import Testing

@Suite struct ActivationTests {
  /// Values of torch 2.13 in float64: `relu`, `gelu`, `silu`, `tanh` (and in 30 digits `gelu_tanh`) of -1.5, -0.25, 0, 0.5 and 3.
  @Test(arguments: [
    (Activation.relu, [0, 0, 0, 0.5, 3]),
    (
      .gelu,
      [-0.10021080190328704, -0.10032341857926907, 0, 0.34573123063700656, 2.99595030590511]
    ),
    (
      .geluTanh,
      [-0.10042842301976708, -0.100324649298315, 0, 0.34571400982514394, 2.996362607918227]
    ),
    (
      .silu,
      [-0.2736382857095345, -0.10945587477855048, 0, 0.3112296656009273, 2.8577223804672998]
    ),
    (
      .tanh,
      [-0.9051482536448664, -0.24491866240370913, 0, 0.46211715726000974, 0.9950547536867305]
    ),
  ])
  func `an activation has its defined values`(activation: Activation, expected: [Double]) {
    let z = [-1.5, -0.25, 0, 0.5, 3]
    var y = Array(repeating: 0.0, count: 5)
    activate(activation, z, into: &y, count: 5, workers: .one)
    for (got, value) in zip(y, expected) { #expect(abs(got - value) <= 4.5e-16) }
  }

  @Test(arguments: Activation.allCases)
  func `a NaN stays one`(activation: Activation) {
    var y: [Float] = [0]
    activate(activation, [.nan], into: &y, count: 1, workers: .one)
    #expect(y[0].isNaN)
  }

  @Test(arguments: Activation.allCases, [1, 2, 3])
  func `threads do not change an element`(activation: Activation, threads: Int) {
    let count = 200_003
    let z = (0..<count).map { Float($0 % 1001) / 100 - 5 }
    var (one, several) = (z, z)
    activate(activation, z, into: &one, count: count, workers: .one)
    activate(activation, z, into: &several, count: count, workers: Workers(count: threads))
    #expect(one == several)
    var (dOne, dSeveral) = (z, z)
    activateBackward(activation, z: z, y: one, &dOne, count: count, workers: .one)
    activateBackward(
      activation, z: z, y: one, &dSeveral, count: count, workers: Workers(count: threads))
    #expect(dOne == dSeveral)
  }

  @Test(arguments: Activation.allCases, InstructionSet.available)
  func `each element is as defined`(activation: Activation, instructions: InstructionSet) {
    checkElements(Float.self, activation, instructions)
    checkElements(Double.self, activation, instructions)
  }

  private func checkElements<Scalar: DenseScalar>(
    _: Scalar.Type, _ activation: Activation, _ instructions: InstructionSet
  ) {
    for count in [1, 15, 300] {
      let z: [Scalar] = denseNumbers(count, seed: count)
      var y = z
      activate(activation, z, into: &y, count: count, workers: .one, using: instructions)
      #expect(y.map(\.pattern) == z.map { naiveActivation(activation, $0).pattern })
      let dy: [Scalar] = denseNumbers(count, seed: count + 1)
      var (d, portable) = (dy, dy)
      activateBackward(
        activation, z: z, y: y, &d, count: count, workers: .one, using: instructions)
      activateBackward(
        activation, z: z, y: y, &portable, count: count, workers: .one, using: .portable)
      #expect(d.map(\.pattern) == portable.map(\.pattern))
      for index in 0..<count {
        let twin = naiveDerivative(activation, z: z[index], y: y[index], d: dy[index])
        if let twin { #expect(d[index].pattern == twin.pattern) }
      }
    }
  }

  @Test(arguments: Activation.allCases)
  func `a gradient is the slope`(activation: Activation) {
    let z = stride(from: -9.0, to: 9, by: 0.0371).map { $0 }
    func y(_ z: [Double]) -> [Double] {
      var y = z
      activate(activation, z, into: &y, count: z.count, workers: .one)
      return y
    }
    let step = 1e-5
    var d = Array(repeating: 1.0, count: z.count)
    activateBackward(activation, z: z, y: y(z), &d, count: z.count, workers: .one)
    for (slope, (above, below)) in zip(d, zip(y(z.map { $0 + step }), y(z.map { $0 - step }))) {
      #expect(abs(slope - (above - below) / (2 * step)) < 1e-9)
    }
  }

  @Test(arguments: Activation.allCases)
  func `far away a slope is that of a line`(activation: Activation) {
    let z: [Float] = [-1e30, -200, 200, 1e30]
    var (y, d) = (z, z.map { _ in Float(3) })
    activate(activation, z, into: &y, count: 4, workers: .one)
    activateBackward(activation, z: z, y: y, &d, count: 4, workers: .one)
    #expect(d == (activation == .tanh ? [0, 0, 0, 0] : [0, 0, 3, 3]))
  }
}
