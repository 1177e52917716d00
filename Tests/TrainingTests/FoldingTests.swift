import Kernels
import Tensors
import Testing
import Training

/// Adapters folded into the weights, one on top of another.
@Suite struct FoldingTests {
  enum Kind: CaseIterable { case plain, withBias, magnitudes, magnitudesAndBias }

  private static let features = {
    var generator = Generator(seed: 4)
    return Matrix<Double>(columns: 4, elements: (0..<28).map { _ in generator.normal() })
  }()

  /// 4 → 6 → 5 → 3, all of it frozen.
  private static func base() -> MultilayerPerceptron<Double> {
    var generator = Generator(seed: 1)
    var network = MultilayerPerceptron<Double>(
      sizes: [4, 6, 5, 3], activation: .gelu, generator: &generator)
    network.setTrained(false)
    return network
  }

  private static func outputs(of network: MultilayerPerceptron<Double>) -> Matrix<Double> {
    var memory = network.makeMemory()
    return network.outputs(
      TableBatch(features: features, targets: .none), &memory, .scoring(.one))
  }

  /// Puts an adapter of rank 2 with a scaling that is not 1 and B that is not 0 on every layer.
  private static func attach(
    _ kind: Kind, to network: inout MultilayerPerceptron<Double>, seed: UInt64
  ) {
    var generator = Generator(seed: seed)
    func normals(_ count: Int) -> [Double] { (0..<count).map { _ in generator.normal() / 2 } }
    for linear in network.layers.map(\.linear) {
      let hasBias = kind == .withBias || kind == .magnitudesAndBias
      let branch = LowRankBranch(
        module: linear.module, down: normals(2 * linear.inputs), up: normals(2 * linear.outputs),
        rank: 2, scaling: 1.5, upBias: hasBias ? normals(linear.outputs) : nil)
      let scales = kind == .magnitudes || kind == .magnitudesAndBias
      let magnitudes = scales ? normals(linear.outputs).map { 1 + abs($0) } : []
      network.attach(
        branch.with(scales ? Magnitude(on: linear, vector: magnitudes) : nil), to: linear.module)
    }
  }

  @Test(arguments: Kind.allCases, Kind.allCases)
  func `a branch on folded branches computes what all of them folded do`(
    below: Kind, above: Kind
  ) {
    let plain = Self.base()
    var network = plain
    Self.attach(below, to: &network, seed: 2)
    let beside = Self.outputs(of: network)
    network.fold()
    let folded = Self.outputs(of: network)
    Self.attach(above, to: &network, seed: 3)
    let stacked = Self.outputs(of: network)
    network.fold()
    let merged = Self.outputs(of: network)
    #expect(network.trained.isEmpty)
    let distance = Self.distance
    #expect(distance(beside, Self.outputs(of: plain)) > 0.1)
    #expect(distance(stacked, beside) > 0.1)
    #expect(distance(folded, beside) < 1e-13)
    #expect(distance(merged, stacked) < 1e-13)
  }

  private static func distance(_ one: Matrix<Double>, _ other: Matrix<Double>) -> Double {
    (0..<one.count).reduce(0) { max($0, abs(one.elements[$1] - other.elements[$1])) }
  }
}
