import Adapters
import AdapterSamples
import Containers
import JSON
import Kernels
import Merging
import OrderedCollections
import Tensors
import Testing
import TestSupport

/// What users of other tools have suffered from, each test named after what it prevents.
///
/// The reports that gave rise to them are quoted by repository and number.
struct OtherPeoplesBugsTests {
  private typealias Named = (name: String, tensor: Tensor)

  private static func random(_ shape: Shape, _ seed: UInt64, offset: Float = 0) -> Tensor {
    var generator = Generator(seed: seed)
    let values = (0..<shape.elementCount).map { _ in Float(generator.normal()) + offset }
    return Tensor(values, shape: shape)
  }

  private static func write(
    _ tensors: [Named], _ settings: [(String, JSONValue)], as name: String,
    in scratch: ScratchFolder
  ) throws -> String {
    let config = JSONValue(members: [("peft_type", "LORA")] + settings)
    try AdapterFile.write(
      AdapterContents(configuration: config, tensors: tensors), to: scratch.path(name),
      options: OutputOptions(synchronizes: false), threads: 1)
    return scratch.path(name)
  }

  private static func merge(
    _ adapters: [String], into base: String, as name: String, in scratch: ScratchFolder
  ) throws -> (tensors: [String: Tensor], summary: MergeSummary) {
    let checkpoint = try Checkpoint.open(base)
    let summary = try Merge(
      try adapters.map { WeightedAdapter(try AdapterFile.open($0)) }, into: checkpoint,
      to: .forTests(scratch.path(name), like: checkpoint)
    ).run()
    return (try Checkpoint.open(scratch.path(name)).allTensors(), summary)
  }

  /// Whether two lists of numbers lie within a few units of f32 of each other.
  private static func isClose(_ found: Tensor?, _ wanted: [Double]) -> Bool {
    guard let values = found?.doubles, values.count == wanted.count else { return false }
    return zip(values, wanted).allSatisfy { abs($0 - $1) <= 1e-5 * (1 + abs($1)) }
  }

  // MARK: peft#3531

  @Test(arguments: [false, true])
  func `a square layer of GPT-2 is not merged untransposed, and comes back`(
    _ hasMagnitudes: Bool
  ) throws {
    try ScratchFolder.with { scratch in
      let n = 6
      let (weight, a, b) = (
        Self.random([n, n], 1), Self.random([2, n], 2), Self.random([n, 2], 3)
      )
      let magnitude = Self.random([n], 4, offset: 3)
      let base = scratch.path("base.safetensors")
      try TinyLlama.write([("h.0.attn.c_proj.weight", weight)], to: base)
      let prefix = "base_model.model.h.0.attn.c_proj"
      var tensors: [Named] = [
        (prefix + ".lora_A.weight", a), (prefix + ".lora_B.weight", b),
      ]
      if hasMagnitudes { tensors.append((prefix + ".lora_magnitude_vector", magnitude)) }
      let adapter = try Self.write(
        tensors,
        [
          ("r", 2), ("lora_alpha", 3), ("fan_in_fan_out", true), ("target_modules", ["c_proj"]),
          ("use_dora", .bool(hasMagnitudes)),
        ], as: "adapter", in: scratch)
      let merged = try Self.merge([adapter], into: base, as: "merged.safetensors", in: scratch)
      let (w, down, up) = (weight.doubles ?? [], a.doubles ?? [], b.doubles ?? [])
      // W lies [in, out]: V[i, o] = W[i, o] + 1.5 · Σ_r B[o, r] · A[r, i].
      var wanted = (0..<(n * n)).map { index in
        let (input, output) = (index / n, index % n)
        return w[index]
          + 1.5 * (0..<2).reduce(0.0) { $0 + up[output * 2 + $1] * down[$1 * n + input] }
      }
      if hasMagnitudes {
        let lengths = (0..<n).map { output in
          (0..<n).reduce(0.0) { $0 + wanted[$1 * n + output] * wanted[$1 * n + output] }
            .squareRoot()
        }
        let m = magnitude.doubles ?? []
        for index in wanted.indices { wanted[index] *= m[index % n] / lengths[index % n] }
      }
      #expect(Self.isClose(merged.tensors["h.0.attn.c_proj.weight"], wanted))
      let result = try Tool.run([
        "unmerge", scratch.path("merged.safetensors"), "--base", base, "-o",
        scratch.path("back.safetensors"), "--quiet",
      ])
      #expect(result.exitCode == 0, "\(result.errorText)")
      let back = try Checkpoint.open(scratch.path("back.safetensors")).allTensors()
      #expect(back["h.0.attn.c_proj.weight"]?.bytes == weight.bytes)
    }
  }

  // MARK: peft#3582, #3738

  @Test(arguments: [
    // The key, and the scalings of `q_proj` and of `layers.0.q_proj` at alpha 4 against 8.
    ("q_proj", 2.0, 2.0), ("^q_proj", 2, 4), ("layers.0.q_proj", 4, 2),
    ("layers\\.0\\.q_proj", 4, 2), ("layers.0", 4, 4), ("layers.[01].q_proj", 4, 2),
    ("s.0.q_proj", 4, 4), ("^layers", 4, 4),
  ])
  func `an alpha_pattern is matched from a dot or the start to the end`(
    _ key: String, _ short: Double, _ long: Double
  ) throws {
    try ScratchFolder.with { scratch in
      let adapter = try AdapterFile.open(
        try Self.patterned([("alpha_pattern", [(key, 4)].asObject)], in: scratch))
      #expect(adapter.updates.map(\.pair.scaling) == [short, long])
    }
  }

  @Test func `of two patterns that match, the first in the file decides`() throws {
    for (patterns, scaling) in [
      ([("q_proj", JSONValue(integerLiteral: 4)), ("layers.0.q_proj", 2)], 2.0),
      ([("layers.0.q_proj", 2), ("q_proj", 4)], 1),
    ] {
      try ScratchFolder.with { scratch in
        let adapter = try AdapterFile.open(
          try Self.patterned([("alpha_pattern", patterns.asObject)], in: scratch))
        #expect(adapter.updates.map(\.pair.scaling) == [2, scaling])
      }
    }
  }

  /// Two modules of rank 2 and alpha 8.
  private static func patterned(
    _ settings: [(String, JSONValue)], in scratch: ScratchFolder
  ) throws -> String {
    let tensors: [Named] = ["q_proj", "layers.0.q_proj"].flatMap { module in
      [
        ("base_model.model.\(module).lora_A.weight", random([2, 4], 5)),
        ("base_model.model.\(module).lora_B.weight", random([4, 2], 6)),
      ]
    }
    return try write(
      tensors, [("r", 2), ("lora_alpha", 8), ("target_modules", ["q_proj"])] + settings,
      as: "adapter", in: scratch)
  }

  // MARK: peft#3608

  @Test func `two DoRA adapters on one module are refused`() throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch)
      let paths = try (0..<2).map { index in
        var pairs = model.pairs(for: [AdapterDraft.first]) { _ in (rank: 2, scaling: 1) }
        pairs[AdapterDraft.first]?.magnitude = model.tensor([32])
        return try model.writePEFT(pairs, to: "dora\(index)")
      }
      let result = try Tool.run(
        ["merge", model.basePath] + paths + ["-o", scratch.path("out"), "--quiet"])
      #expect(result.exitCode == 65)
      #expect(result.errorLines.count == 1)
      #expect(result.errorText.contains("one of them is DoRA; such updates do not add up"))
      #expect(!scratch.holds("out"))
    }
  }

  // MARK: an adapter counted twice

  @Test func `an adapter that is merged already is refused`() throws {
    try ScratchFolder.with { scratch in
      let model = try TinyLlama(in: scratch)
      let adapter = try AdapterDraft(.peftFolder).write(in: scratch)
      _ = try Self.merge([adapter], into: model.basePath, as: "once", in: scratch)
      for inputs in [[scratch.path("once"), adapter], [model.basePath, adapter, adapter]] {
        let result = try Tool.run(["merge"] + inputs + ["-o", scratch.path("twice"), "--quiet"])
        #expect(result.exitCode == 65)
        #expect(result.errorLines.count == 1)
        #expect(result.errorText.contains("give it a weight instead of merging it again"))
        #expect(!scratch.holds("twice"))
      }
    }
  }

  // MARK: axolotl merges weights of linear layers alone

  @Test func `embeddings, saved biases, token rows and biases of lora_B are all consumed`() throws {
    try ScratchFolder.with { scratch in
      let base = scratch.path("base.safetensors")
      let shapes: OrderedDictionary<String, Shape> = [
        "embed.weight": [7, 4], "position.weight": [5, 4], "proj.weight": [6, 4],
        "proj.bias": [6], "score.weight": [3, 6], "score.bias": [3],
      ]
      try TinyLlama.write(
        shapes.map { ($0.key, Self.random($0.value, 7)) }, to: base)
      let rows = Self.random([2, 4], 8)
      let head = Self.random([3], 9)
      let tensors: [Named] = [
        ("base_model.model.embed.lora_embedding_A", Self.random([2, 7], 10)),
        ("base_model.model.embed.lora_embedding_B", Self.random([4, 2], 11)),
        ("base_model.model.position.token_adapter.trainable_tokens_delta", rows),
        ("base_model.model.proj.lora_A.weight", Self.random([2, 4], 12)),
        ("base_model.model.proj.lora_B.weight", Self.random([6, 2], 13)),
        ("base_model.model.proj.lora_B.bias", Self.random([6], 14)),
        ("base_model.model.score.modules_to_save.default.weight", Self.random([3, 6], 15)),
        ("base_model.model.score.bias", head),
      ]
      let adapter = try Self.write(
        tensors,
        [
          ("r", 2), ("lora_alpha", 4), ("target_modules", ["embed", "proj"]), ("lora_bias", true),
          ("modules_to_save", ["score"]),
          ("trainable_token_indices", [("position", [1, 4])].asObject),
        ], as: "adapter", in: scratch)
      let (merged, summary) = try Self.merge(
        [adapter], into: base, as: "merged.safetensors", in: scratch)
      #expect(summary.ledger.entries.map(\.tensor).sorted() == tensors.map(\.name).sorted())
      let before = try Checkpoint.open(base).allTensors()
      let unchanged = shapes.keys.filter { merged[$0] == before[$0] }
      #expect(unchanged == [])
      #expect(merged["score.bias"] == head)
      // 2 · B's bias, in front of it the scaling.
      let wanted = zip(before["proj.bias"]?.doubles ?? [], Self.random([6], 14).doubles ?? [])
        .map { $0 + 2 * $1 }
      #expect(Self.isClose(merged["proj.bias"], wanted))
      let position = merged["position.weight"]?.bytes ?? []
      #expect(Array(position[16..<32]) == Array(rows.bytes[..<16]))
      #expect(Array(position[64..<80]) == Array(rows.bytes[16...]))
    }
  }

  // MARK: vllm#34186, transformers#38927, peft#2586 and many more

  @Test(arguments: [
    "base_model.model.model.", "base_model.model.", "model.", "", "base_model.",
    "base_model.model.model.language_model.", "base_model.model.language_model.model.",
    "base_model.model.language_model.",
  ])
  func `no prefix makes an adapter do nothing`(_ prefix: String) throws {
    try ScratchFolder.with { scratch in
      let model = try TinyLlama(in: scratch)
      let wanted = try model.merged(try AdapterDraft(.peftFolder).write(in: scratch))
      var other = AdapterDraft(.bareFile)
      other.rename("base_model.model.model.", to: prefix)
      let path = try Self.write(
        other.tensors.map { ($0.key, $0.value) },
        [("r", 4), ("lora_alpha", 8), ("target_modules", ["q_proj", "v_proj"])], as: "other",
        in: scratch)
      let found = try model.merged(path)
      let differing = wanted.keys.filter { found[$0] != wanted[$0] }
      #expect(differing == [])
    }
  }

  // MARK: B of stacked experts is [out, r, E], A is [E, r, in]

  @Test func `B of stacked experts is not read expert by expert`() throws {
    try ScratchFolder.with { scratch in
      let (experts, rank, outputs, inputs) = (3, 2, 6, 4)
      let name = "model.layers.0.mlp.experts"
      let weight = Self.random([experts, outputs, inputs], 20)
      let (a, b) = (
        Self.random([experts * rank, inputs], 21), Self.random([outputs, rank * experts], 22)
      )
      let base = scratch.path("base.safetensors")
      try TinyLlama.write([(name + ".down_proj", weight)], to: base)
      let adapter = try Self.write(
        [
          ("base_model.model.\(name).lora_A.weight", a),
          ("base_model.model.\(name).lora_B.weight", b),
        ],
        [
          ("r", 2), ("lora_alpha", 3), ("target_modules", []),
          ("target_parameters", ["experts.down_proj"]),
        ], as: "adapter", in: scratch)
      let merged = try Self.merge([adapter], into: base, as: "merged.safetensors", in: scratch)
      let (w, down, up) = (weight.doubles ?? [], a.doubles ?? [], b.doubles ?? [])
      let wanted = w.indices.map { index in
        let (expert, output) = (index / (outputs * inputs), index / inputs % outputs)
        return w[index]
          + 1.5
          * (0..<rank).reduce(0.0) { sum, r in
            sum + up[(output * rank + r) * experts + expert]
              * down[(expert * rank + r) * inputs + index % inputs]
          }
      }
      #expect(Self.isClose(merged.tensors[name + ".down_proj"], wanted))
    }
  }

  // MARK: axolotl writes the number of tensors

  @Test func `total_size in an index is bytes, not tensors`() throws {
    try ScratchFolder.with { scratch in
      let model = try TinyLlama(in: scratch)
      let adapter = try AdapterDraft(.peftFolder).write(in: scratch)
      let result = try Tool.run([
        "merge", model.basePath, adapter, "-o", scratch.path("out"), "--shard-size", "8KB",
        "--quiet",
      ])
      #expect(result.exitCode == 0, "\(result.errorText)")
      let index = try JSONValue(
        contentsOf: scratch.path("out/model.safetensors.index.json"))
      let base = try Checkpoint.open(model.basePath)
      #expect(index["metadata"]?["total_size"]?.int == base.dataSize)
      #expect(index["weight_map"]?.object?.count == base.entries.count)
    }
  }

  // MARK: damaged files that were read nevertheless

  enum Damage: String, CaseIterable {
    case lengthCut, lengthHuge, overlap, duplicateKey, dataCut, dataLong

    /// What a reader has to say about it.
    var words: String {
      switch self {
      case .lengthCut, .dataCut: "cut short"
      case .lengthHuge: "more than 100000000"
      case .overlap: "inside the tensor before it"
      case .duplicateKey: "there twice"
      case .dataLong: "belongs to no tensor"
      }
    }

    /// A file of two tensors of 8 bytes each, damaged.
    var bytes: [UInt8] {
      let second = self == .overlap ? "[4,12]" : "[8,16]"
      let name = self == .duplicateKey ? "x.lora_A.weight" : "x.lora_B.weight"
      let header =
        #"{"x.lora_A.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"#
        + #""\#(name)":{"dtype":"F32","shape":[2,1],"data_offsets":\#(second)}}"#
      var length = UInt64(header.utf8.count)
      if self == .lengthCut { length = 1_000_000 }
      if self == .lengthHuge { length = 100_000_001 }
      let field = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
      let count = self == .overlap ? 12 : self == .dataCut ? 15 : self == .dataLong ? 17 : 16
      return field + Array(header.utf8) + [UInt8](repeating: 0, count: count)
    }
  }

  @Test(arguments: Damage.allCases)
  func `a damaged adapter is refused with its byte or tensor, nothing written`(
    _ damage: Damage
  ) throws {
    try ScratchFolder.with { scratch in
      let model = try TinyLlama(in: scratch)
      try scratch.write(damage.bytes, to: "adapter/adapter_model.safetensors")
      try scratch.write(
        #"{"peft_type": "LORA", "r": 1, "lora_alpha": 1, "target_modules": ["x"]}"#,
        to: "adapter/adapter_config.json")
      let result = try Tool.run([
        "merge", model.basePath, scratch.path("adapter"), "-o", scratch.path("out"), "--quiet",
      ])
      #expect(result.exitCode == 65)
      #expect(result.errorLines.count == 1)
      #expect(result.errorText.contains(damage.words), "\(result.errorText)")
      #expect(!scratch.holds("out"))
    }
  }
}
