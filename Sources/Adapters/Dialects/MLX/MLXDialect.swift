import JSON
import Tensors

/// Reads the folders of mlx-lm: `adapter_config.json` and `adapters.safetensors`.
///
/// | module    | weight            | `lora_a`      | `lora_b`        | `m`     | delta                |
/// |-----------|-------------------|---------------|-----------------|---------|----------------------|
/// | linear    | `[out, in]`       | `[in, r]`     | `[r, out]`      | `[out]` | scale·(a·b)ᵀ         |
/// | embedding | `[rows, columns]` | `[rows, r]`   | `[r, columns]`  |         | scale·a·b            |
/// | switch    | `[e, out, in]`    | `[e, r, in]`  | `[e, out, r]`   |         | scale·b_e·a_e        |
///
/// Both factors are transposed against PEFT's. Nothing in a square factor says so: the dialect does.
/// `scale` is absolute, not alpha / r; one number for all modules. DoRA of
/// an embedding takes its lengths along the rows, PEFT's along the columns, and is refused.
///
/// Sources: <https://github.com/ml-explore/mlx-lm/blob/main/mlx_lm/tuner/lora.py>,
/// <https://github.com/ml-explore/mlx-lm/blob/main/mlx_lm/tuner/dora.py>
struct MLXDialect {
  static let tensorsName = "adapters.safetensors"

  private let scale: Double
  private let file: String
  private var table: PairTable
  private var stackedParameters: [String] = []

  static func read(
    _ tensors: [(name: String, tensor: Tensor)], configuration: JSONValue, file: String
  ) throws -> AdapterParts {
    let settings = try MLXConfiguration(configuration, file: file)
    var dialect = Self(scale: settings.scale, file: file)
    for (name, tensor) in tensors { dialect.take(NamedTensor(name: name, tensor: tensor)) }
    let updates = dialect.table.pairs().compactMap { dialect.update($0) }
    dialect.check(settings, updates)
    try dialect.table.check()
    var described = try AdapterConfiguration(
      describing: updates, baseModel: settings.baseModel,
      targetParameters: dialect.stackedParameters, file: file)
    described.notes = settings.notes
    return AdapterParts(dialect: .mlx, configuration: described, updates: updates)
  }

  private init(scale: Double, file: String) {
    self.scale = scale
    self.file = file
    table = PairTable(file: file)
  }

  private mutating func take(_ tensor: NamedTensor) {
    let name = tensor.name
    if name.hasSuffix(".lora_a") {
      table.place(tensor, at: \.down, of: String(name.dropLast(7)))
    } else if name.hasSuffix(".lora_b") {
      table.place(tensor, at: \.up, of: String(name.dropLast(7)))
    } else if name.hasSuffix(".m") {
      table.place(tensor, at: \.magnitude, of: String(name.dropLast(2)))
    } else {
      table.refuse(name, TensorKind.refusal(name, dialect: "mlx-lm (lora_a, lora_b, m)"))
    }
  }

  private mutating func update(_ pair: PairTable.Pair) -> ModuleUpdate? {
    switch (pair.down.tensor.shape.rank, pair.up.tensor.shape.rank) {
    case (2, 2): return plainUpdate(pair)
    case (3, 3): return stackedUpdate(pair)
    default:
      table.refuse(
        pair.down.name,
        "expected two matrices, or two stacks of them, found \(pair.down.tensor.shape) and "
          + "\(pair.up.tensor.shape)")
      return nil
    }
  }

  private mutating func plainUpdate(_ pair: PairTable.Pair) -> ModuleUpdate? {
    let down = pair.down.tensor.transposed()
    let up = pair.up.tensor.transposed()
    guard down.shape[0] == up.shape[1] else {
      table.refuse(
        pair.up.name,
        "expected \(down.shape[0]) rows, the columns of its lora_a, found "
          + "\(pair.up.tensor.shape); mlx-lm stores lora_a [in, r] and lora_b [r, out]")
      return nil
    }
    let isEmbedding = EmbeddingName.isEmbedding(pair.module)
    if isEmbedding, let magnitude = pair.magnitude {
      table.refuse(
        magnitude.name,
        "is DoRA of an embedding, which mlx-lm normalises along the rows; fuse it with mlx-lm")
      return nil
    }
    return ModuleUpdate(
      module: pair.module, kind: isEmbedding ? .embedding : .weight,
      pair: LowRankPair(down: down, up: up, scaling: scale), rank: down.shape[0], upBias: nil,
      magnitude: pair.magnitude?.tensor, tensorNames: pair.tensorNames)
  }

  /// A `[e, r, in]` becomes `[e·r, in]`; B `[e, out, r]` becomes `[out, r·e]`, rank varying slowest.
  private mutating func stackedUpdate(_ pair: PairTable.Pair) -> ModuleUpdate? {
    let (a, b) = (pair.down.tensor, pair.up.tensor)
    let (experts, rank, outputs) = (a.shape[0], a.shape[1], b.shape[1])
    guard b.shape[0] == experts, b.shape[2] == rank, pair.magnitude == nil else {
      table.refuse(
        pair.up.name,
        "expected [\(experts), outputs, \(rank)] beside its lora_a \(a.shape), found \(b.shape)")
      return nil
    }
    let down = a.reshaped(to: [experts * rank, a.shape[2]])
    let up = b.rearranged(to: [outputs, rank * experts]) { index in
      let (output, column) = (index / (rank * experts), index % (rank * experts))
      return ((column % experts) * outputs + output) * rank + column / experts
    }
    stackedParameters.append(pair.module + ".weight")
    return ModuleUpdate(
      module: pair.module, kind: .parameter(depth: 0, name: "weight"),
      pair: LowRankPair(down: down, up: up, scaling: scale), rank: rank, upBias: nil,
      magnitude: nil, tensorNames: pair.tensorNames, openQuestions: [.stackedExperts])
  }

  private mutating func check(_ settings: MLXConfiguration, _ updates: [ModuleUpdate]) {
    for update in updates {
      if let rank = settings.rank, update.rank != rank {
        table.refuse(
          update.name,
          "expected rank \(rank) from lora_parameters, found \(update.rank); mlx-lm stores "
            + "lora_a [in, r] and lora_b [r, out]")
      }
      if settings.isDoRA, update.magnitude == nil {
        table.refuse(update.name, "fine_tune_type is dora, but the module has no m")
      }
      if !settings.isDoRA, update.magnitude != nil {
        table.refuse(
          update.name,
          "the module has DoRA's m, but fine_tune_type is lora; correct it if the adapter was "
            + "trained with DoRA")
      }
    }
  }
}

/// Which modules are embeddings, told by their names.
///
/// A linear layer and an embedding of the same shape take their factors differently, and dialects
/// without PEFT's `lora_embedding_A` say nothing else about it.
package enum EmbeddingName {
  /// Those that are nothing else in any model.
  private static let usualNames: Set<Substring> = [
    "embed_tokens", "wte", "wpe", "word_embeddings", "tok_embeddings", "embed_in",
  ]

  /// Whether a weight of this name is an embedding in every model that has one.
  package static func isUsual(_ weight: String) -> Bool {
    weight.split(separator: ".").dropLast().last.map(usualNames.contains) ?? false
  }

  private static let names: Set<Substring> = [
    "embed_tokens", "wte", "wpe", "word_embeddings", "tok_embeddings", "token_embedding",
    "position_embedding", "position_embeddings", "embed_in", "embed_positions", "embedding",
    "embeddings",
  ]

  static func isEmbedding(_ module: String) -> Bool {
    module.split(separator: ".").last.map(names.contains) ?? false
  }
}
