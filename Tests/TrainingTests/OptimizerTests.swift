import Kernels
import Tensors
import Testing
import Training

/// Each optimizer against its defining equations written out for one number.
@Suite struct OptimizerTests {
  static let gradients = [0.5, -1.25, 2, 0.125, -0.75]

  /// The value of one parameter after a step for each gradient, from 0.8.
  private func path(_ optimizer: any Optimizer<Double>, scale: Double = 1) -> [Double] {
    var optimizer = optimizer
    var network = OneNumber(value: 0.8)
    return Self.gradients.map { gradient in
      network.parameter.addGradient(.scoring(.one), rows: 1) { _, sum, _ in sum = [gradient] }
      optimizer.beginStep(rate: 0.1, gradientScale: scale)
      network.withTrained { optimizer.update(&$0, at: 0, workers: .one) }
      return network.parameter.value[0]
    }
  }

  @Test(arguments: [(0.0, false), (0.9, false), (0.9, true)], [0.0, 0.01])
  func `gradient descent moves as its equations say`(
    momentum: (factor: Double, nesterov: Bool), decay: Double
  ) {
    var (w, v) = (0.8, 0.0)
    let expected = Self.gradients.map { gradient in
      let g = gradient + decay * w
      v = momentum.factor * v + g
      w -= 0.1 * (momentum.nesterov ? g + momentum.factor * v : v)
      return w
    }
    let optimizer = SGD<Double>(
      momentum: momentum.factor, nesterov: momentum.nesterov, weightDecay: decay)
    #expect(isClose(path(optimizer), expected))
  }

  @Test(arguments: [false, true], [0.0, 0.01])
  func `Adam moves as its equations say`(decoupled: Bool, decay: Double) {
    var (w, m, v) = (0.8, 0.0, 0.0)
    var (power1, power2) = (1.0, 1.0)
    let expected = Self.gradients.map { gradient in
      let g = gradient + (decoupled ? 0 : decay * w)
      if decoupled { w -= 0.1 * decay * w }
      m = 0.8 * m + 0.2 * g
      v = 0.95 * v + 0.05 * g * g
      (power1, power2) = (power1 * 0.8, power2 * 0.95)
      w -= 0.1 * (m / (1 - power1)) / ((v / (1 - power2)).squareRoot() + 1e-3)
      return w
    }
    let optimizer = Adam<Double>(
      betas: (0.8, 0.95), epsilon: 1e-3, weightDecay: decay, decoupled: decoupled)
    #expect(isClose(path(optimizer), expected))
  }

  @Test func `a scaled gradient moves as the gradient times the scale`() {
    var w = 0.8
    let expected = Self.gradients.map { gradient in
      w -= 0.1 * 0.25 * gradient
      return w
    }
    #expect(isClose(path(SGD<Double>(), scale: 0.25), expected))
  }

  private func isClose(_ got: [Double], _ expected: [Double]) -> Bool {
    zip(got, expected).allSatisfy { abs($0 - $1) <= 1e-14 }
  }
}

/// A network of one number whose gradient is given.
private struct OneNumber: Network {
  var parameter: Parameter<Double>

  init(value: Double) {
    parameter = Parameter(name: "w", role: .whole, shape: [1], value: [value])
  }

  func makeMemory() {}

  func outputs(_ batch: TableBatch<Double>, _ memory: inout Void, _ pass: Pass) -> Matrix<Double> {
    batch.features
  }

  func backward(
    _ dy: inout Matrix<Double>, _ batch: TableBatch<Double>, _ memory: inout Void, _ pass: Pass
  ) {}

  mutating func withTrained(_ body: (inout Parameter<Double>) throws -> Void) rethrows {
    try body(&parameter)
  }
}
