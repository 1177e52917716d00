import Kernels
import TestSupport
import Tensors
import Testing
import Training

/// A weight in codes computes as the same weight written out.
@Suite struct PackedWeightTests {
  /// Codes that stand for numbers like weights, and those numbers.
  private struct Sample<Scalar: DenseScalar> {
    let packed: PackedWeight<Scalar>
    let values: [Scalar]

    init(_ outputs: Int, _ inputs: Int, isRows: Bool, through buffer: UnpackingBuffer<Scalar>) {
      var generator = Generator(seed: UInt64(outputs * 7 + inputs))
      let count = outputs * inputs
      let scheme: ScaledCoding.Scheme =
        isRows ? .rows(columns: inputs) : .blocks(.normalFloat, size: 64)
      let scales = (0..<scheme.scaleCount(of: count)).map { _ in
        Float(0.02 + 0.2 * generator.uniform())
      }
      let coding = ScaledCoding(scheme, scales: scales, rounding: .bf16)
      let codes = (0..<(count * scheme.bits + 7) / 8).map { _ in
        UInt8(truncatingIfNeeded: generator.next())
      }
      packed = PackedWeight(codes, by: coding, shape: [outputs, inputs], through: buffer)
      var values = [Scalar](repeating: 0, count: count)
      coding.unpack(0..<count, of: codes, into: &values, .one)
      self.values = values
    }
  }

  private func networks<Scalar: DenseScalar>(
    _ sizes: [Int], isRows: Bool, dora: Bool, as: Scalar.Type
  ) -> (packed: MultilayerPerceptron<Scalar>, full: MultilayerPerceptron<Scalar>) {
    let buffer = UnpackingBuffer<Scalar>()
    var (packed, full) = ([Linear<Scalar>](), [Linear<Scalar>]())
    for (index, (inputs, outputs)) in zip(sizes, sizes.dropFirst()).enumerated() {
      let sample = Sample(outputs, inputs, isRows: isRows, through: buffer)
      let name = "\(index).weight"
      let bias = Parameter(
        name: "\(index).bias", shape: [outputs],
        value: (0..<outputs).map { Scalar($0 % 5) / 10 }, isTrained: false)
      packed.append(
        Linear(
          module: "\(index)", weight: Parameter(name: name, packed: sample.packed), bias: bias))
      full.append(
        Linear(
          module: "\(index)",
          weight: Parameter(
            name: name, shape: [outputs, inputs], value: sample.values, isTrained: false),
          bias: bias))
    }
    let both = [packed, full].map { layers in
      var network = MultilayerPerceptron(layers: layers, activation: .gelu)
      var generator = Generator(seed: 2)
      for layer in layers {
        var up = (0..<3 * layer.outputs).map { _ in Scalar(generator.uniform(within: 0.1)) }
        up[0] = 0.3
        let branch = LowRankBranch(
          module: layer.module,
          down: (0..<3 * layer.inputs).map { _ in Scalar(generator.uniform(within: 0.3)) },
          up: up, rank: 3, scaling: 1.7)
        network.attach(branch.with(dora ? Magnitude(on: layer) : nil), to: layer.module)
      }
      return network
    }
    return (both[0], both[1])
  }

  private func batch<Scalar: DenseScalar>(_ rows: Int, _ inputs: Int) -> TableBatch<Scalar> {
    var generator = Generator(seed: 9)
    let features = Matrix(
      columns: inputs,
      elements: (0..<rows * inputs).map { _ in Scalar(generator.normal()) })
    return TableBatch(features: features, targets: .labels((0..<rows).map { Int32($0 % 3) }))
  }

  /// The second network's middle weight does not fit the buffer, nor end with one of its blocks.
  @Test(
    arguments: [[4, 13, 7, 3], [5, 1201, 601, 3]],
    [(false, false), (false, true), (true, false), (true, true)])
  func `loss and gradients are those of the weight written out`(
    sizes: [Int], kind: (isRows: Bool, dora: Bool)
  ) {
    let (isRows, dora) = kind
    var (packed, full) = networks(sizes, isRows: isRows, dora: dora, as: Double.self)
    let batch: TableBatch<Double> = batch(11, sizes[0])
    let pass = Pass.scoring(Workers(count: 2))
    let one = packed.learn(.softmaxCrossEntropy, from: batch, pass)
    let other = full.learn(.softmaxCrossEntropy, from: batch, pass)
    #expect(abs(one - other) <= 1e-12 * other)
    let names = packed.trained.map(\.name)
    #expect(names == full.trained.map(\.name) && names.allSatisfy { $0.contains("lora_") })
    for (left, right) in zip(packed.trained, full.trained) {
      let size = right.gradient.map(\.magnitude).max() ?? 0
      let complaint = Tolerance(absolute: 1e-10 * max(size, 1e-3))
        .complaint(left.gradient, right.gradient)
      #expect(complaint == nil, "\(left.name): \(complaint ?? "")")
    }
  }

  @Test func `a step in f32 is the same on one thread and on two`() {
    let (network, _) = networks([40, 900, 700, 3], isRows: false, dora: false, as: Float.self)
    var results: [[Float]] = []
    for threads in [1, 2] {
      var network = network
      let batch: TableBatch<Float> = batch(3, 40)
      network.learn(.softmaxCrossEntropy, from: batch, .scoring(Workers(count: threads)))
      results.append(network.trained.flatMap(\.gradient))
    }
    #expect(results[0] == results[1])
  }

  @Test func `LoftQ begins nearer to the original weight than the codes are`() {
    let sample = Sample<Double>(24, 40, isRows: false, through: UnpackingBuffer())
    let linear = Linear(
      module: "0", weight: Parameter(name: "0.weight", packed: sample.packed), bias: nil)
    var generator = Generator(seed: 4)
    let original = sample.values.map { $0 + 0.01 * generator.normal() }
    func distance(_ rank: Int) -> Double {
      let branch = LowRankBranch(
        on: linear, (rank, 0.5), method: .loftq, original: original, generator: &generator)
      let rest = branch.remainder(of: zip(original, sample.values).map { $0 - $1 })
      return rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let missed = zip(original, sample.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect(distance(4) < 0.95 * missed.squareRoot())
    #expect(distance(12) < distance(4))
    #expect(distance(24) < 1e-12)
  }
}
