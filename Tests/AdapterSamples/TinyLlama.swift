import Adapters
import Containers
import JSON
import Kernels
import Merging
import OrderedCollections
import Tensors
import TestSupport

/// A base of the llama family with everything that dialects disagree about: square projections,
/// fewer key heads than query heads, an embedding, a head.
package struct TinyLlama {
  package static let config: JSONValue = [
    ("model_type", "llama"), ("hidden_size", 32), ("num_attention_heads", 4),
    ("num_key_value_heads", 2), ("num_hidden_layers", 2), ("vocab_size", 10),
  ].asObject

  /// `[out, in]` of each module's weight, `[rows, columns]` of the embedding.
  package static let modules: OrderedDictionary<String, Shape> = {
    var result: OrderedDictionary<String, Shape> = ["model.embed_tokens": [10, 32]]
    for layer in 0..<2 {
      let prefix = "model.layers.\(layer)."
      result[prefix + "self_attn.q_proj"] = [32, 32]
      result[prefix + "self_attn.k_proj"] = [16, 32]
      result[prefix + "self_attn.v_proj"] = [16, 32]
      result[prefix + "self_attn.o_proj"] = [32, 32]
      result[prefix + "mlp.gate_proj"] = [24, 32]
      result[prefix + "mlp.up_proj"] = [24, 32]
      result[prefix + "mlp.down_proj"] = [32, 24]
    }
    result["lm_head"] = [10, 32]
    return result
  }()

  /// What a trainer made of one module, in PEFT's orientation.
  package struct Pair {
    /// A `[r, in]`, for the embedding `[r, rows]`.
    package let down: Tensor
    /// B `[out, r]`, for the embedding `[columns, r]`.
    package let up: Tensor
    /// Scaling, stated once.
    package let scaling: Double
    package var magnitude: Tensor?

    package var rank: Int { down.shape[0] }
  }

  package let scratch: ScratchFolder
  package let basePath: String
  private var generator = Generator(seed: 11)

  package init(in scratch: ScratchFolder, type: FloatFormat = .f32) throws {
    self.scratch = scratch
    basePath = scratch.path("base")
    try scratch.write(Self.config.indentedText, to: "base/config.json")
    var tensors: [(name: String, tensor: Tensor)] = []
    for (module, shape) in Self.modules {
      tensors.append((module + ".weight", tensor(shape).converted(to: type)))
    }
    tensors.append(("model.norm.weight", tensor([32]).converted(to: type)))
    try Self.write(tensors, to: basePath + "/model.safetensors")
  }

  package mutating func tensor(_ shape: Shape) -> Tensor {
    Tensor((0..<shape.elementCount).map { _ in Float(generator.normal()) }, shape: shape)
  }

  /// Pairs for `modules`, with the rank and scaling that `settings` gives each.
  package mutating func pairs(
    for modules: [String], settings: (String) -> (rank: Int, scaling: Double)
  ) -> OrderedDictionary<String, Pair> {
    var result: OrderedDictionary<String, Pair> = [:]
    for module in modules {
      let shape = Self.modules[module] ?? [1, 1]
      let (rank, scaling) = settings(module)
      let isEmbedding = module.hasSuffix("embed_tokens")
      result[module] = Pair(
        down: tensor([rank, isEmbedding ? shape[0] : shape[1]]),
        up: tensor([isEmbedding ? shape[1] : shape[0], rank]), scaling: scaling)
    }
    return result
  }

  // MARK: Files

  package static func write(
    _ tensors: [(name: String, tensor: Tensor)], to path: String,
    metadata: OrderedDictionary<String, String> = [:]
  ) throws {
    let writer = try TensorFileWriter(
      to: .path(path, OutputOptions(force: true, synchronizes: false)),
      entries: tensors.map { ($0.name, $0.tensor.type, $0.tensor.shape) }, metadata: metadata)
    for (_, tensor) in tensors { try tensor.bytes.withBytes { try writer.append($0) } }
    try writer.finish()
  }

  /// Writes a PEFT folder that says rank and alpha of each module in patterns.
  package func writePEFT(
    _ pairs: OrderedDictionary<String, Pair>, to name: String, settings: [(String, JSONValue)] = []
  ) throws -> String {
    var tensors: [(name: String, tensor: Tensor)] = []
    var (ranks, alphas): ([(String, JSONValue)], [(String, JSONValue)]) = ([], [])
    for (module, pair) in pairs {
      let prefix = "base_model.model." + module
      if module.hasSuffix("embed_tokens") {
        tensors.append((prefix + ".lora_embedding_A", pair.down))
        tensors.append((prefix + ".lora_embedding_B", pair.up))
      } else {
        tensors.append((prefix + ".lora_A.weight", pair.down))
        tensors.append((prefix + ".lora_B.weight", pair.up))
      }
      if let magnitude = pair.magnitude {
        tensors.append((prefix + ".lora_magnitude_vector", magnitude))
      }
      let key = "^" + module.replacing(".", with: "\\.")
      ranks.append((key, .number(JSONNumber(pair.rank))))
      alphas.append((key, .number(JSONNumber(pair.scaling * Double(pair.rank)))))
    }
    let usesDoRA = pairs.values.contains { $0.magnitude != nil }
    var configuration: JSONValue = [
      ("peft_type", "LORA"), ("use_dora", .bool(usesDoRA)),
      ("target_modules", .array(pairs.keys.map(JSONValue.string))),
      ("rank_pattern", ranks.asObject), ("alpha_pattern", alphas.asObject),
    ].asObject
    for (key, value) in settings { configuration[key] = value }
    try AdapterFile.write(
      AdapterContents(configuration: configuration, tensors: tensors), to: scratch.path(name),
      options: OutputOptions(synchronizes: false), threads: 1)
    return scratch.path(name)
  }

  /// Merges the adapter at `path` into the base and gives the tensors.
  package func merged(_ path: String) throws -> [String: Tensor] {
    let output = scratch.path("merged-\(try scratch.names().count)")
    let base = try Checkpoint.open(basePath)
    _ = try Merge(
      [WeightedAdapter(try AdapterFile.open(path))], into: base,
      to: .forTests(output, like: base)
    ).run()
    return try Checkpoint.open(output).allTensors()
  }
}

extension [(String, JSONValue)] {
  /// As the members of an object.
  package var asObject: JSONValue { JSONValue(members: self) }
}
