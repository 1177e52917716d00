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
    let network = sample(activation, training)
    let batch = TableBatch<Double>(features: features, targets: .labels([0, 2, 1, 2, 0]))
    expectSlopes(network, .softmaxCrossEntropy, batch)
  }

  @Test(arguments: Activation.allCases, Training.allCases)
  func `gradients of the squared error are its slopes`(
    activation: Activation, training: Training
  ) {
    let network = sample(activation, training)
    var generator = Generator(seed: 3)
    let values = Matrix<Double>(columns: 3, elements: (0..<15).map { _ in generator.normal() })
    expectSlopes(
      network, .meanSquaredError, TableBatch(features: features, targets: .values(values)))
  }

  /// DoRA's norms n get no gradient, so where A or B moves, m moves with n to keep m / n.
  @Test(arguments: Activation.allCases, [0, 0.4])
  func `gradients under magnitudes are the slopes with the norms held`(
    activation: Activation, dropout: Double
  ) {
    var network = sample(activation, .branchesAndBiases)
    var generator = Generator(seed: 9)
    for linear in network.layers.map(\.linear) {
      guard let branch = linear.branch else { continue }
      let magnitudes = (0..<linear.outputs).map { _ in 1 + generator.uniform() }
      var scaled = LowRankBranch(
        module: linear.module, down: branch.down.value, up: branch.up.value, rank: 2,
        scaling: branch.scaling, upBias: (0..<linear.outputs).map { _ in generator.normal() }
      ).with(Magnitude(on: linear, vector: magnitudes))
      scaled.dropout = dropout
      network.attach(scaled, to: linear.module)
    }
    let batch = TableBatch<Double>(features: features, targets: .labels([0, 2, 1, 2, 0]))
    let pass = Pass.training(.one, seed: 5, step: 3)
    network.learn(.softmaxCrossEntropy, from: batch, pass)
    let trained = network.trained
    #expect(trained.count == 15)
    for (index, parameter) in trained.enumerated() {
      for element in parameter.value.indices {
        let losses = [Self.epsilon, -Self.epsilon].map { shift in
          var moved = network
          var values = trained.map(\.value)
          values[index][element] += shift
          moved.setTrained(values: values)
          if parameter.name.contains("lora_A") || parameter.name.hasSuffix("lora_B.weight") {
            values = heldMagnitudes(values, moved, network)
            moved.setTrained(values: values)
          }
          return moved.loss(.softmaxCrossEntropy, of: batch, pass)
        }
        let slope = (losses[0] - losses[1]) / (2 * Self.epsilon)
        #expect(
          abs(slope - parameter.gradient[element]) <= Self.tolerance,
          "\(parameter.name)[\(element)]: \(parameter.gradient[element]), slope \(slope)")
      }
    }
  }

  /// The values with every m multiplied by what its norm ‖W + s·BA‖ has grown by.
  private func heldMagnitudes(
    _ values: [[Double]], _ moved: MultilayerPerceptron<Double>,
    _ network: MultilayerPerceptron<Double>
  ) -> [[Double]] {
    var values = values
    let names = network.trained.map(\.name)
    for (old, new) in zip(network.layers.map(\.linear), moved.layers.map(\.linear)) {
      guard let place = names.firstIndex(of: old.module + ".lora_magnitude_vector") else {
        continue
      }
      for row in 0..<old.outputs { values[place][row] *= norm(new, row) / norm(old, row) }
    }
    return values
  }

  private func norm(_ linear: Linear<Double>, _ row: Int) -> Double {
    guard let branch = linear.branch else { return 0 }
    return (0..<linear.inputs).reduce(0.0) { sum, column in
      let delta = (0..<2).reduce(0.0) {
        $0 + branch.up.value[row * 2 + $1] * branch.down.value[$1 * linear.inputs + column]
      }
      let weight = linear.weight.values[row * linear.inputs + column] + branch.scaling * delta
      return sum + weight * weight
    }.squareRoot()
  }

  /// Five rows of four features.
  private var features: Matrix<Double> {
    var generator = Generator(seed: 2)
    return Matrix(columns: 4, elements: (0..<20).map { _ in generator.normal() })
  }

  /// 4 → 6 → 5 → 3; branches of rank 2 with a scaling that is not 1 and B that is not 0.
  private func sample(
    _ activation: Activation, _ training: Training
  ) -> MultilayerPerceptron<Double> {
    var generator = Generator(seed: 1)
    var network = MultilayerPerceptron<Double>(
      sizes: [4, 6, 5, 3], activation: activation, generator: &generator)
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
    _ network: MultilayerPerceptron<Double>, _ loss: Loss, _ batch: TableBatch<Double>
  ) {
    var network = network
    network.learn(loss, from: batch)
    let trained = network.trained
    #expect(!trained.isEmpty)
    for (index, parameter) in trained.enumerated() {
      #expect(parameter.gradient.contains { $0 != 0 })
      for element in parameter.value.indices {
        let losses = [Self.epsilon, -Self.epsilon].map { shift in
          var (moved, values) = (network, trained.map(\.value))
          values[index][element] += shift
          moved.setTrained(values: values)
          return moved.loss(loss, of: batch)
        }
        let slope = (losses[0] - losses[1]) / (2 * Self.epsilon)
        #expect(
          abs(slope - parameter.gradient[element]) <= Self.tolerance,
          "\(parameter.name)[\(element)]: \(parameter.gradient[element]), slope \(slope)")
      }
    }
  }
}
