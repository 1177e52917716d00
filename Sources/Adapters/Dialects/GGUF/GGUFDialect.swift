import Containers
import Tensors

/// Reads LoRA adapters of llama.cpp.
///
/// 1. `general.type` is `adapter`, `adapter.type` is `lora`; `general.architecture` names the model,
///    by which the tables of `GGUFArchitecture` are chosen.
/// 2. `<tensor>.weight.lora_a` is A `[r, in]`, `<tensor>.weight.lora_b` is B `[out, r]`, as PEFT's,
///    except that A of `token_embd.weight` is transposed, `[rows, r]`.
/// 3. In the llama family B's rows of queries and keys are in another order (`HeadOrder`); the base's
///    `config.json` has the head counts that it takes to undo it.
/// 4. Scaling is `adapter.lora.alpha` / r for each module's own r; alpha 0 means 1.
/// 5. `*_norm.weight` is read by no one, llama.cpp included, so it is refused here.
///
/// Sources: <https://github.com/ggml-org/llama.cpp/blob/master/convert_lora_to_gguf.py>,
/// <https://github.com/ggml-org/llama.cpp/blob/master/src/llama-adapter.cpp>
struct GGUFDialect {
  enum Key {
    static let architecture = "general.architecture"
    static let type = "general.type"
    static let adapterType = "adapter.type"
    static let alpha = "adapter.lora.alpha"
    static let invocationTokens = "adapter.alora.invocation_tokens"
  }

  private let architecture: GGUFArchitecture
  private let alpha: Double
  private var table: PairTable
  /// Modules that are refused already.
  private var unknownNames: Set<String> = []

  static func read(
    _ tensors: [(name: String, tensor: Tensor)], metadata: GGUFMetadata, file: String
  ) throws -> AdapterParts {
    var dialect = try Self(metadata, file: file)
    for (name, tensor) in tensors { dialect.take(NamedTensor(name: name, tensor: tensor)) }
    let updates = dialect.table.pairs().compactMap { dialect.update($0) }
    try dialect.table.check()
    return AdapterParts(
      dialect: .gguf,
      configuration: try AdapterConfiguration(
        describing: updates, baseModel: metadata["general.base_model.0.name"]?.text, file: file),
      updates: updates)
  }

  private init(_ metadata: GGUFMetadata, file: String) throws(AdapterError) {
    func expect(_ key: String, _ wanted: String, remedy: String) throws(AdapterError) {
      let found = metadata[key]?.text
      guard found == wanted else {
        throw .setting(
          file: file, name: key,
          problem: "expected \"\(wanted)\", found "
            + (found.map { "\"\(escaped($0))\"" } ?? "nothing") + "; \(remedy)")
      }
    }
    try expect(Key.type, "adapter", remedy: "is this a model where an adapter is expected?")
    try expect(Key.adapterType, "lora", remedy: "only LoRA adapters are read")
    guard metadata[Key.invocationTokens] == nil else {
      throw .unsupported(
        file: file, what: "\(Key.invocationTokens) is set",
        remedy: "an activated adapter acts only after its invocation tokens and has no merged form")
    }
    let name = metadata[Key.architecture]?.text ?? ""
    guard let architecture = GGUFArchitecture.named(name) else {
      throw .unsupported(
        file: file, what: "\(Key.architecture) is \"\(escaped(name))\", whose names are not known",
        remedy: "known are " + GGUFArchitecture.all.map(\.name).joined(separator: ", ")
          + "; merge the adapter's PEFT original")
    }
    self.architecture = architecture
    let alpha = metadata[Key.alpha]?.number ?? 0
    guard alpha.isFinite else {
      throw .setting(
        file: file, name: Key.alpha, problem: "expected a finite number, found \(alpha)")
    }
    self.alpha = alpha
    table = PairTable(file: file)
  }

  private mutating func take(_ tensor: NamedTensor) {
    let endings: [(String, WritableKeyPath<PairTable.Parts, NamedTensor?>)] = [
      (".weight.lora_a", \.down), (".weight.lora_b", \.up),
    ]
    guard let (ending, part) = endings.first(where: { tensor.name.hasSuffix($0.0) }) else {
      table.refuse(
        tensor.name,
        tensor.name.hasSuffix("_norm.weight")
          ? "is a whole normalisation, which llama.cpp ignores; convert the PEFT original instead"
          : TensorKind.says(tensor.name) + ", and is not read from GGUF (lora_a, lora_b); merge "
            + "the PEFT original")
      return
    }
    let name = String(tensor.name.dropLast(ending.count))
    if architecture.module(for: name) == nil, unknownNames.insert(name).inserted {
      let isExpert = name.contains("_exps")
      table.refuse(
        tensor.name,
        isExpert
          ? "updates stacked experts, which are not read from GGUF; merge the PEFT original"
          : "names no module of the architecture \(architecture.name); is general.architecture right?"
      )
    }
    table.place(tensor, at: part, of: name)
  }

  private mutating func update(_ pair: PairTable.Pair) -> ModuleUpdate? {
    guard let module = architecture.module(for: pair.module) else { return nil }
    let isEmbedding = pair.module == "token_embd"
    guard pair.down.tensor.shape.rank == 2, pair.up.tensor.shape.rank == 2 else {
      let bad = pair.down.tensor.shape.rank == 2 ? pair.up : pair.down
      table.refuse(bad.name, "expected a matrix, found the shape \(bad.tensor.shape)")
      return nil
    }
    let down = isEmbedding ? pair.down.tensor.transposed() : pair.down.tensor
    let rank = down.shape[0]
    guard rank > 0, pair.up.tensor.shape[1] == rank else {
      table.refuse(
        pair.up.name,
        "expected \(rank) columns, the rank of its lora_a, found \(pair.up.tensor.shape)"
          + (isEmbedding ? "; lora_a of token_embd is stored transposed" : ""))
      return nil
    }
    let heads = architecture.interleavedHeads(of: pair.module)
    return ModuleUpdate(
      module: module, kind: isEmbedding ? .embedding : .weight,
      pair: LowRankPair(
        down: down, up: pair.up.tensor,
        scaling: alpha == 0
          ? 1 : scaling(alpha: alpha, rank: rank, isRankStabilized: false)),
      rank: rank, upBias: nil, magnitude: nil, tensorNames: pair.tensorNames,
      openQuestions: heads.map { [.interleavedHeads($0)] } ?? [])
  }
}
