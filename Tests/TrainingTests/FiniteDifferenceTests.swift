import Kernels
import Tensors
import Testing
import Training

/// Every backward against central differences (L(p+ε) - L(p-ε)) / 2ε, in f64 with ε = 10⁻⁶.
@Suite struct FiniteDifferenceTests {
  static let epsilon = 1e-6
  /// Central differences in f64 leave ε² of the third derivative and 10⁻¹⁶/ε of rounding.
  static let tolerance = 1e-8

  enum Training: CaseIterable { case all, branches, branchesAndBiases, topBranchOnly, biasOnly }

  @Test(arguments: Activation.allCases, Training.allCases)
  func `gradients of the cross-entropy are its slopes`(
    activation: Activation, training: Training
  ) {
    var network = sample(activation, training, .softmaxCrossEntropy)
    let batch = TableBatch<Double>(features: features, targets: .labels([0, 2, 1, 2, 0]))
    expectSlopes(&network, batch)
  }

  @Test(arguments: Activation.allCases, Training.allCases)
  func `gradients of the squared error are its slopes`(
    activation: Activation, training: Training
  ) {
    var network = sample(activation, training, .meanSquaredError)
    var generator = Generator(seed: 3)
    let values = Matrix<Double>(columns: 3, elements: (0..<15).map { _ in generator.normal() })
    expectSlopes(&network, TableBatch(features: features, targets: .values(values)))
  }

  /// Five rows of four features.
  private var features: Matrix<Double> {
    var generator = Generator(seed: 2)
    return Matrix(columns: 4, elements: (0..<20).map { _ in generator.normal() })
  }

  /// 4 → 6 → 5 → 3; branches of rank 2 with a scaling that is not 1 and B that is not 0.
  private func sample(
    _ activation: Activation, _ training: Training, _ loss: Loss
  ) -> MultilayerPerceptron<Double> {
    var generator = Generator(seed: 1)
    var network = MultilayerPerceptron<Double>(
      sizes: [4, 6, 5, 3], activation: activation, loss: loss, generator: &generator)
    network.setTrained(training == .all)
    let modules = training == .topBranchOnly ? ["4"] : ["0", "2", "4"]
    for module in modules {
      if training == .branchesAndBiases || training == .biasOnly {
        network.setBiasTrained(true, of: module)
      }
      guard training != .all, training != .biasOnly else { continue }
      let linear = network.layers.map(\.linear).first { $0.module == module }
      guard let linear else { continue }
      network.attach(
        LowRankBranch(
          module: module, down: (0..<2 * linear.inputs).map { _ in generator.normal() / 2 },
          up: (0..<2 * linear.outputs).map { _ in generator.normal() / 2 }, rank: 2, scaling: 1.5),
        to: module)
    }
    return network
  }

  private func expectSlopes(
    _ network: inout MultilayerPerceptron<Double>, _ batch: TableBatch<Double>
  ) {
    _ = network.forward(batch)
    network.backward(batch)
    let trained = network.trained
    #expect(!trained.isEmpty)
    for (index, parameter) in trained.enumerated() {
      #expect(parameter.gradient.contains { $0 != 0 })
      for element in parameter.value.indices {
        let above = loss(&network, batch, moving: (index, element), by: Self.epsilon)
        let below = loss(&network, batch, moving: (index, element), by: -Self.epsilon)
        let slope = (above - below) / (2 * Self.epsilon)
        #expect(
          abs(slope - parameter.gradient[element]) <= Self.tolerance,
          "\(parameter.name)[\(element)]: \(parameter.gradient[element]), slope \(slope)")
      }
    }
  }

  private func loss(
    _ network: inout MultilayerPerceptron<Double>, _ batch: TableBatch<Double>,
    moving place: (parameter: Int, element: Int), by shift: Double
  ) -> Double {
    func move(_ shift: Double) {
      var index = 0
      network.withTrained { parameter in
        if index == place.parameter { parameter.value[place.element] += shift }
        index += 1
      }
    }
    let before = network
    move(shift)
    let result = network.forward(batch)
    network = before
    return result
  }
}
