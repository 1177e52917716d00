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

/// An adapter means the same in every dialect: each file here is laid out by hand, element by
/// element as its tool's documentation says, and merges to the bits of its PEFT twin.
struct DialectReadingTests {
  private static let linear = TinyLlama.modules.keys.elements.filter {
    !$0.hasSuffix("embed_tokens") && $0 != "lm_head"
  }
  private typealias Pairs = OrderedDictionary<String, TinyLlama.Pair>

  private static func expectSameMerge(
    _ model: TinyLlama, _ path: String, as peft: String,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let (found, wanted) = (try model.merged(path), try model.merged(peft))
    #expect(found.count == wanted.count, sourceLocation: location)
    for (name, tensor) in wanted {
      // Outside of the expectation, which would print every byte.
      let isSame = found[name] == tensor
      #expect(isSame, "\(name) differs", sourceLocation: location)
    }
  }

  /// B, or A, with rows and columns exchanged, element by element.
  private static func turned(_ tensor: Tensor) -> Tensor {
    let values = tensor.floats ?? []
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    var result = [Float](repeating: 0, count: values.count)
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
    }
    return Tensor(result, shape: [columns, rows])
  }

  // MARK: kohya and diffusers

  @Test(arguments: ["lora_unet_", "lora_te_", "lora_te1_", "lora_te2_", "lora_transformer_"])
  func `a kohya file means what its PEFT twin means`(_ prefix: String) throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch)
      let pairs = model.pairs(for: Self.linear) { module in
        module.contains("layers.1") ? (rank: 3, scaling: 0.75) : (rank: 4, scaling: 1)
      }
      var tensors: [(name: String, tensor: Tensor)] = []
      for (module, pair) in pairs {
        let name = prefix + module.replacing(".", with: "_")
        // Linear layers are also stored as 1×1 convolutions.
        let isConvolution = module.hasSuffix("v_proj")
        let tail = isConvolution ? [1, 1] : []
        tensors.append(
          (
            name + ".lora_down.weight",
            pair.down.reshaped(to: Shape(pair.down.shape.dimensions + tail))
          ))
        tensors.append(
          (name + ".lora_up.weight", pair.up.reshaped(to: Shape(pair.up.shape.dimensions + tail))))
        // No alpha and alpha 0 both mean the rank.
        if pair.rank == 3 {
          tensors.append((name + ".alpha", Tensor([Float(2.25)], shape: [])))
        } else if module.hasSuffix("o_proj") {
          tensors.append((name + ".alpha", Tensor([Float(0)], shape: [])))
        }
      }
      let path = scratch.path("kohya.safetensors")
      try TinyLlama.write(tensors, to: path)
      try Self.expectSameMerge(model, path, as: try model.writePEFT(pairs, to: "peft"))
      #expect(try AdapterFile.open(path).dialect == .kohya)
    }
  }

  @Test func `a dora_scale is DoRA's magnitude`() throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch)
      let module = "model.layers.0.self_attn.q_proj"
      var pairs = model.pairs(for: [module]) { _ in (rank: 4, scaling: 0.5) }
      let magnitude = model.tensor([32])
      pairs[module]?.magnitude = magnitude
      let name = "lora_unet_model_layers_0_self_attn_q_proj"
      let pair = try #require(pairs[module])
      let path = scratch.path("kohya.safetensors")
      try TinyLlama.write(
        [
          (name + ".alpha", Tensor([Float(2)], shape: [])),
          (name + ".dora_scale", magnitude.reshaped(to: [32, 1])),
          (name + ".lora_down.weight", pair.down), (name + ".lora_up.weight", pair.up),
        ], to: path)
      try Self.expectSameMerge(model, path, as: try model.writePEFT(pairs, to: "peft"))
    }
  }

  @Test(arguments: [
    ("unet.", ".lora_A.weight", ".lora_B.weight"),
    ("transformer.", ".lora_A.weight", ".lora_B.weight"),
    ("unet.", ".lora.down.weight", ".lora.up.weight"),
    ("text_encoder.", ".lora_linear_layer.down.weight", ".lora_linear_layer.up.weight"),
  ])
  func `a diffusers file means what its PEFT twin means`(
    _ part: String, _ down: String, _ up: String
  ) throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch)
      let pairs = model.pairs(for: Self.linear) { _ in (rank: 4, scaling: 1) }
      let tensors = pairs.flatMap { module, pair in
        [(name: part + module + down, tensor: pair.down), (part + module + up, pair.up)]
      }
      let path = scratch.path("pytorch_lora_weights.safetensors")
      try TinyLlama.write(tensors, to: path)
      try Self.expectSameMerge(model, path, as: try model.writePEFT(pairs, to: "peft"))
    }
  }

  // MARK: mlx-lm

  private static func writeMLX(
    _ pairs: Pairs, scale: Double, type: String = "lora", in scratch: ScratchFolder
  ) throws -> String {
    var tensors: [(name: String, tensor: Tensor)] = []
    for (module, pair) in pairs {
      tensors.append((module + ".lora_a", turned(pair.down)))
      tensors.append((module + ".lora_b", turned(pair.up)))
      if let magnitude = pair.magnitude { tensors.append((module + ".m", magnitude)) }
    }
    let parameters: JSONValue = [
      ("rank", .number(JSONNumber(pairs.values.first?.rank ?? 0))),
      ("scale", .number(JSONNumber(scale))), ("dropout", 0),
    ].asObject
    let config = [
      ("fine_tune_type", JSONValue.string(type)), ("num_layers", 2),
      ("lora_parameters", parameters),
    ].asObject
    try scratch.write(config.indentedText, to: "mlx/adapter_config.json")
    try TinyLlama.write(tensors, to: scratch.path("mlx/adapters.safetensors"))
    return scratch.path("mlx")
  }

  @Test func `MLX factors are transposed, square ones and the embedding's included`() throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch)
      // Rank 32 makes every factor of a square projection square.
      let pairs = model.pairs(for: Self.linear + ["model.embed_tokens", "lm_head"]) { _ in
        (rank: 32, scaling: 20)
      }
      let path = try Self.writeMLX(pairs, scale: 20, in: scratch)
      try Self.expectSameMerge(model, path, as: try model.writePEFT(pairs, to: "peft"))
      #expect(try AdapterFile.open(path).dialect == .mlx)
      // A checkpoint of a run lies beside the same configuration.
      let step = scratch.path("mlx/0000100_adapters.safetensors")
      try scratch.copy(path + "/adapters.safetensors", as: "mlx/0000100_adapters.safetensors")
      try Self.expectSameMerge(model, step, as: scratch.path("peft"))
    }
  }

  @Test func `the m of an MLX adapter is DoRA's magnitude`() throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch)
      let module = "model.layers.1.mlp.down_proj"
      var pairs = model.pairs(for: [module]) { _ in (rank: 4, scaling: 2.5) }
      pairs[module]?.magnitude = model.tensor([32])
      let path = try Self.writeMLX(pairs, scale: 2.5, type: "dora", in: scratch)
      try Self.expectSameMerge(model, path, as: try model.writePEFT(pairs, to: "peft"))
    }
  }

  enum ExpertLayout: CaseIterable {
    /// As in mlx-lm's own checkpoints.
    case stacked
    case single
    /// Mixtral's names.
    case numbered

    func name(_ expert: Int) -> String {
      self == .numbered
        ? "moe.experts.\(expert).w1.weight" : "moe.experts.\(expert).gate_proj.weight"
    }
  }

  @Test(arguments: ExpertLayout.allCases)
  func `MLX's stacked experts reach each expert, however the base holds them`(
    _ layout: ExpertLayout
  ) throws {
    try ScratchFolder.with { scratch in
      let (experts, rank, outputs, inputs) = (3, 2, 5, 4)
      let weight = AdapterDraft.tensor([experts, outputs, inputs], seed: 1)
      let a = AdapterDraft.tensor([experts, rank, inputs], seed: 2)
      let b = AdapterDraft.tensor([experts, outputs, rank], seed: 4)
      let size = outputs * inputs * 4
      let parts = (0..<experts).map { expert in
        Tensor(
          type: .f32, shape: [outputs, inputs],
          bytes: Array(weight.bytes[(expert * size)..<((expert + 1) * size)]))
      }
      let base = scratch.path("base.safetensors")
      try TinyLlama.write(
        layout == .stacked
          ? [("moe.switch_mlp.gate_proj.weight", weight)]
          : parts.enumerated().map { (layout.name($0.offset), $0.element) }, to: base)
      try scratch.write(
        #"{"fine_tune_type": "lora", "lora_parameters": {"rank": 2, "scale": 2.5}}"#,
        to: "mlx/adapter_config.json")
      try TinyLlama.write(
        [("moe.switch_mlp.gate_proj.lora_a", a), ("moe.switch_mlp.gate_proj.lora_b", b)],
        to: scratch.path("mlx/adapters.safetensors"))
      let checkpoint = try Checkpoint.open(base)
      let merged = scratch.path("merged.safetensors")
      _ = try Merge(
        [WeightedAdapter(try AdapterFile.open(scratch.path("mlx")))], into: checkpoint,
        to: .forTests(merged, like: checkpoint)
      ).run()
      let found = try Checkpoint.open(merged).allTensors()
      let values =
        layout == .stacked
        ? found["moe.switch_mlp.gate_proj.weight"]?.doubles ?? []
        : (0..<experts).flatMap { found[layout.name($0)]?.doubles ?? [] }
      let (w, down, up) = (weight.doubles ?? [], a.doubles ?? [], b.doubles ?? [])
      let wanted = w.indices.map { index in
        let (expert, output) = (index / (outputs * inputs), index / inputs % outputs)
        return w[index]
          + 2.5
          * (0..<rank).reduce(0.0) { sum, r in
            sum + up[(expert * outputs + output) * rank + r]
              * down[(expert * rank + r) * inputs + index % inputs]
          }
      }
      #expect(Tolerance(absolute: 1e-5, relative: 1e-5).complaint(values, wanted) == nil)
    }
  }

  // MARK: GGUF

  /// Where llama.cpp's converter puts row `row` of Hugging Face's.
  private static func ggufRow(_ row: Int, rows: Int, heads: Int) -> Int {
    let size = rows / heads
    let (head, inside) = (row / size, row % size)
    return inside < size / 2
      ? head * size + 2 * inside : head * size + 2 * (inside - size / 2) + 1
  }

  private static func permuted(_ tensor: Tensor, heads: Int) -> Tensor {
    let values = tensor.floats ?? []
    let (rows, rank) = (tensor.shape[0], tensor.shape[1])
    var result = values
    for row in 0..<rows {
      let place = ggufRow(row, rows: rows, heads: heads)
      for column in 0..<rank { result[place * rank + column] = values[row * rank + column] }
    }
    return Tensor(result, shape: tensor.shape)
  }

  private static let ggufNames = [
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
  ]

  private static func writeGGUF(_ pairs: Pairs, alpha: Double, to path: String) throws {
    var tensors: [(name: String, tensor: Tensor)] = []
    for (module, pair) in pairs {
      if module == "model.embed_tokens" {
        tensors.append(("token_embd.weight.lora_a", turned(pair.down)))
        tensors.append(("token_embd.weight.lora_b", pair.up))
        continue
      }
      let parts = module.split(separator: ".", maxSplits: 3).map(String.init)
      let leaf = parts.count == 4 ? ggufNames[parts[3]] ?? "" : ""
      let name = module == "lm_head" ? "output" : "blk.\(parts[2]).\(leaf)"
      let heads = leaf == "attn_q" ? 4 : leaf == "attn_k" ? 2 : nil
      tensors.append((name + ".weight.lora_a", pair.down))
      tensors.append(
        (name + ".weight.lora_b", heads.map { permuted(pair.up, heads: $0) } ?? pair.up))
    }
    try GGUFFileWriter.write(
      tensors,
      metadata: [
        "general.type": .text("adapter"), "general.architecture": .text("llama"),
        "adapter.type": .text("lora"), "adapter.lora.alpha": .float(alpha),
      ], to: .path(path, OutputOptions(force: true, synchronizes: false)))
  }

  @Test func `GGUF's rows of queries and keys are put back, with fewer key heads`() throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch)
      let pairs = model.pairs(for: Self.linear) { module in
        module.contains("layers.1") ? (rank: 2, scaling: 3) : (rank: 4, scaling: 1.5)
      }
      let path = scratch.path("adapter.gguf")
      try Self.writeGGUF(pairs, alpha: 6, to: path)
      try Self.expectSameMerge(model, path, as: try model.writePEFT(pairs, to: "peft"))
    }
  }

  @Test func `GGUF's token_embd is transposed`() throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch)
      // Rank 10 makes A of the embedding square.
      let pairs = model.pairs(for: ["model.embed_tokens", "lm_head"]) { _ in
        (rank: 10, scaling: 0.5)
      }
      let path = scratch.path("adapter.gguf")
      try Self.writeGGUF(pairs, alpha: 5, to: path)
      try Self.expectSameMerge(model, path, as: try model.writePEFT(pairs, to: "peft"))
    }
  }

  @Test func `GGUF's alpha 0 means that the scale is folded in`() throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch)
      let pairs = model.pairs(for: Self.linear) { _ in (rank: 4, scaling: 1) }
      let path = scratch.path("adapter.gguf")
      try Self.writeGGUF(pairs, alpha: 0, to: path)
      try Self.expectSameMerge(model, path, as: try model.writePEFT(pairs, to: "peft"))
    }
  }

  @Test func `without head counts GGUF's rows are not guessed`() throws {
    try ScratchFolder.with { scratch in
      var model = try TinyLlama(in: scratch)
      let pairs = model.pairs(for: Self.linear) { _ in (rank: 4, scaling: 1) }
      let path = scratch.path("adapter.gguf")
      try Self.writeGGUF(pairs, alpha: 4, to: path)
      let adapter = try AdapterFile.open(path)
      let entries = try Checkpoint.open(model.basePath).entries
      let error = try #require(throws: ErrorList.self) {
        _ = try MergePlan([WeightedAdapter(adapter)], into: entries)
      }
      #expect(error.lines.count == 4, "queries and keys of two layers")
      #expect(error.lines[0].contains("config.json"))
    }
  }
}
