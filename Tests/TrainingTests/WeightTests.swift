import Kernels
import TestSupport
import Tensors
import Testing
import Training

/// A weight as it is stored computes as the same weight written out.
@Suite struct WeightTests {
  /// Codes that stand for numbers like weights, and those numbers.
  private struct Sample<Scalar: DenseScalar> {
    let stored: StoredMatrix
    let values: [Scalar]

    init(_ outputs: Int, _ inputs: Int, isRows: Bool) {
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
      stored = StoredMatrix(codes: codes, by: coding, rows: outputs, columns: inputs)
      values = stored.values(ofRows: 0..<outputs)
    }
  }

  private func networks<Scalar: DenseScalar>(
    _ sizes: [Int], isRows: Bool, dora: Bool, as: Scalar.Type
  ) -> (packed: MultilayerPerceptron<Scalar>, full: MultilayerPerceptron<Scalar>) {
    var (packed, full) = ([Linear<Scalar>](), [Linear<Scalar>]())
    for (index, (inputs, outputs)) in zip(sizes, sizes.dropFirst()).enumerated() {
      let sample = Sample<Scalar>(outputs, inputs, isRows: isRows)
      let name = "\(index).weight"
      let bias = NetworkTensor.frozen(
        Weight(
          name: "\(index).bias", shape: [outputs],
          values: (0..<outputs).map { Scalar($0 % 5) / 10 }))
      packed.append(
        Linear(
          module: "\(index)", weight: .frozen(Weight(name: name, stored: sample.stored)), bias: bias
        ))
      full.append(
        Linear(
          module: "\(index)",
          weight: .frozen(
            Weight(name: name, shape: [outputs, inputs], values: sample.values)),
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
    #expect(one == other)
    let names = packed.trained.map(\.name)
    #expect(names == full.trained.map(\.name) && names.allSatisfy { $0.contains("lora_") })
    #expect(packed.trained.map(\.gradient) == full.trained.map(\.gradient))
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

  @Test func `LoftQ begins nearer to the original weight than the codes are`() throws {
    let sample = Sample<Double>(24, 40, isRows: false)
    let linear = Linear<Double>(
      module: "0", weight: .frozen(Weight(name: "0.weight", stored: sample.stored)), bias: nil)
    var generator = Generator(seed: 4)
    let original = sample.values.map { $0 + 0.01 * generator.normal() }
    func distance(_ rank: Int) throws -> Double {
      let branch = try LowRankBranch<Double>(
        on: linear, (rank, 0.5), method: .loftq, original: Rows(original, columns: 40),
        generator: &generator)
      let rest = branch.added(to: zip(original, sample.values).map { $0 - $1 }, times: -1)
      return rest.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let missed = zip(original, sample.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect(try distance(4) < 0.95 * missed.squareRoot())
    #expect(try distance(12) < distance(4))
    #expect(try distance(24) < 1e-12)
  }

  @Test(arguments: [FloatFormat.f64, .f32, .f16, .bf16])
  func `a weight read in panels is the matrix that its source holds`(format: FloatFormat) throws {
    var generator = Generator(seed: 3)
    let numbers = FloatCoding.encode((0..<35).map { _ in generator.normal() }, as: format)
    let values = FloatCoding.doubles(of: numbers, as: format)
    let weight = try Weight<Double>(name: "w", reading: Rows(values, columns: 5))
    #expect(weight.values == values && weight.shape == [7, 5] && !weight.isCoded)
    let stored = Weight<Double>(
      name: "w", stored: StoredMatrix(numbers, in: format, rows: 7, columns: 5))
    #expect(stored.values == values)
  }
}

/// Rows of a matrix in f64.
private struct Rows: WeightSource {
  let values: [Double]
  let columns: Int

  init(_ values: [Double], columns: Int) {
    (self.values, self.columns) = (values, columns)
  }

  var rowCount: Int { values.count / columns }

  func rows(_ range: Range<Int>) -> StoredMatrix {
    let part = values[range.lowerBound * columns..<range.upperBound * columns]
    return StoredMatrix(
      FloatCoding.encode(Array(part), as: .f64), in: .f64, rows: range.count, columns: columns)
  }
}
