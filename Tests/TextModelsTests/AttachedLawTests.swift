import Adapters
import Containers
import Kernels
import Tensors
import TestSupport
import Testing
import TextModels
import Training

/// A merge of PEFT's, stored under `fixtures/merge`, whose base is a transformer.
struct StoredMerge: Sendable, CustomTestStringConvertible {
  let name: String

  var testDescription: String { name }
  var path: String { Fixtures.path("merge/" + name) }

  static let all: [StoredMerge] = ((try? Fixtures.names(in: "merge")) ?? []).map {
    StoredMerge(name: $0)
  }.filter { merge in
    ["llama", "qwen2", "gpt2", "bert"].contains { merge.name.hasPrefix($0) }
  }

  func settings() throws -> LooseJSON {
    try LooseJSON(parsing: Fixtures.bytes("merge/\(name)/case.json"))
  }

  func base<Scalar: DenseScalar>() throws -> TextModel<Scalar> {
    let base = try #require(settings()["base"]?.text?.split(separator: "/").last)
    return try TextModel(Fixtures.path("merge/bases/\(base)"))
  }

  func outputs<Scalar: DenseScalar>(of network: Transformer<Scalar>) throws -> [Double] {
    let tokens = try StoredTokens(path + "/expected/outputs.safetensors")
    var memory = network.makeMemory()
    let y = network.outputs(try tokens.flatBatch(), &memory, .inference(.one))
    return y.elements[..<y.count].map { Double($0) }
  }
}

@Suite struct AttachedLawTests {
  @Test func `every merge of a transformer is tried`() {
    #expect(StoredMerge.all.count >= 20)
  }

  @Test(arguments: StoredMerge.all)
  func `an attached adapter gives what PEFT gives`(merge: StoredMerge) throws {
    let expected = try StoredTensors("merge/\(merge.name)/expected/outputs.safetensors").tensors
    try expect(merge, Float.self, try #require(expected["output_adapter"]).values)
    try expect(merge, Double.self, try #require(expected["output_adapter"]).values)
  }

  private func expect<Scalar: DenseScalar>(
    _ merge: StoredMerge, _: Scalar.Type, _ expected: [Double]
  ) throws {
    let tolerance = Tolerance(absolute: 2e-4, relative: 1e-4)
    var model: TextModel<Scalar> = try merge.base()
    try model.attach([WeightedAdapter(try AdapterFile.open(merge.path + "/adapter"))])
    let complaint = tolerance.complaint(try merge.outputs(of: model.network), expected)
    #expect(complaint == nil, "\(complaint ?? "")")
  }

  /// But for an embedding that is the head as well, of which a merge changes both sides.
  @Test(arguments: StoredMerge.all.filter { $0.name != "llama-embedding-tied" })
  func `an attached adapter is a merged one`(merge: StoredMerge) throws {
    var attached: TextModel<Double> = try merge.base()
    var merged = attached
    try attached.attach([WeightedAdapter(try AdapterFile.open(merge.path + "/adapter"))])
    let tensors = try StoredTensors("merge/\(merge.name)/expected/merged.f32.safetensors").tensors
    #expect(!tensors.isEmpty)
    for (name, tensor) in tensors {
      var values = tensor.values
      if merged.network.isTransposed(name) {
        values = Weight(name: name, shape: Shape(tensor.shape), values: values).transposed.values
      }
      merged.network.replaceTensor(name, with: values)
    }
    // Merged weights are rounded to f32.
    let complaint = Tolerance(absolute: 2e-5, relative: 1e-5).complaint(
      try merge.outputs(of: attached.network), try merge.outputs(of: merged.network))
    #expect(complaint == nil, "\(complaint ?? "")")
  }

  @Test func `updates of stacked experts go on each`() throws {
    let golden = GoldenModel(name: "qwen3-moe")
    var attached: TextModel<Double> = try golden.model()
    var merged = attached
    let (experts, rank, width, inner) = (4, 2, 32, 20)
    var generator = Generator(seed: 3)
    func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in Float(generator.normal()) } }
    let module = "model.layers.0.mlp.experts"
    var updates: [ModuleUpdate] = []
    for (depth, sizes) in [(width, 2 * inner), (inner, width)].enumerated() {
      let down = numbers(experts * rank * sizes.0)
      let up = numbers(sizes.1 * rank * experts)
      updates.append(
        ModuleUpdate(
          module: module,
          kind: .parameter(depth: 1 - depth, name: depth == 0 ? "gate_up_proj" : "down_proj"),
          pair: LowRankPair(
            down: Tensor(down, shape: [experts * rank, sizes.0]),
            up: Tensor(up, shape: [sizes.1, rank * experts]), scaling: 0.5),
          rank: rank, tensorNames: ["A\(depth)", "B\(depth)"]))
      for expert in 0..<experts {
        let delta = Self.delta(down, up, expert, experts, rank, sizes)
        let parts =
          depth == 0
          ? [("gate_proj", 0..<inner), ("up_proj", inner..<2 * inner)] : [("down_proj", 0..<width)]
        for (name, rows) in parts {
          let tensor = "\(module).\(expert).\(name).weight"
          let base = try #require(merged.network.tensor(named: tensor)).values
          let part = delta[rows.lowerBound * sizes.0..<rows.upperBound * sizes.0]
          merged.network.replaceTensor(tensor, with: zip(base, part).map { $0 + 0.5 * $1 })
        }
      }
    }
    let adapter = try AdapterFile.open(golden.path + "/init")
    try attached.attach([
      WeightedAdapter(
        Adapter(
          file: "experts", configuration: adapter.configuration, updates: updates,
          replacements: [], metadata: [:], fingerprint: adapter.fingerprint))
    ])
    let batch = try golden.batch(1, as: Double.self).wanting(nil)
    var memory = merged.network.makeMemory()
    let expected = merged.network.outputs(batch, &memory, .inference(.one))
    let found = attached.network.outputs(batch, &memory, .inference(.one))
    let base: TextModel<Double> = try golden.model()
    let plain = base.network.outputs(batch, &memory, .inference(.one))
    #expect(
      Tolerance(absolute: 1e-9).complaint(
        Array(found.elements[..<found.count]), Array(expected.elements[..<expected.count])) == nil)
    #expect(
      Tolerance(absolute: 1e-3).complaint(
        Array(plain.elements[..<found.count]), Array(expected.elements[..<expected.count])) != nil)
  }

  /// B_e·A_e, the expert varying fastest in B's columns.
  private static func delta(
    _ down: [Float], _ up: [Float], _ expert: Int, _ experts: Int, _ rank: Int,
    _ sizes: (inputs: Int, outputs: Int)
  ) -> [Double] {
    var result = [Double](repeating: 0, count: sizes.outputs * sizes.inputs)
    for row in 0..<sizes.outputs {
      for r in 0..<rank {
        let b = Double(up[row * rank * experts + r * experts + expert])
        for column in 0..<sizes.inputs {
          result[row * sizes.inputs + column] +=
            b * Double(down[(expert * rank + r) * sizes.inputs + column])
        }
      }
    }
    return result
  }
}

extension StoredTokens {
  /// The rows of `input_ids` [rows, length], without what `attention_mask` leaves out.
  func flatBatch<Scalar: DenseScalar>() throws -> TokenBatch<Scalar> {
    func rows(_ name: String) -> [[Int32]]? {
      matrix(name).map { $0.map { $0.map { Int32($0) } } }
    }
    let ids = try #require(rows("input_ids"))
    guard let mask = rows("attention_mask") else { return TokenBatch(ids) }
    return TokenBatch(
      zip(ids, mask).map { row, mask in zip(row, mask).filter { $0.1 == 1 }.map(\.0) })
  }
}
