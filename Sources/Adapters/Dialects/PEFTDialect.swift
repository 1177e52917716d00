import Tensors

/// Reads the tensors of an adapter in PEFT's layout.
struct PEFTDialect {
  let file: String
  let configuration: AdapterConfiguration
  var table: PairTable
  /// Modules whose factors are those of an embedding.
  private(set) var embeddings: Set<String> = []
  private var replacements: [Replacement] = []
  /// What `modules_to_save` replaces, which whole state dicts hold beside it: the base's own.
  private var originals = 0

  /// Updates and replacements of `tensors`, in the file's order.
  ///
  /// - Throws: `ErrorList` with every tensor that cannot be used.
  static func read(
    _ tensors: [(name: String, tensor: Tensor)], configuration: AdapterConfiguration, file: String
  ) throws(ErrorList) -> (
    updates: [ModuleUpdate], replacements: [Replacement], notes: [String]
  ) {
    var dialect = Self(file: file, configuration: configuration)
    for (name, tensor) in tensors { dialect.take(NamedTensor(name: name, tensor: tensor)) }
    let updates = dialect.table.modules.compactMap { dialect.update($0) }
    if tensors.isEmpty {
      dialect.table.refuse(.mismatch(file: file, problem: "the adapter has no tensors"))
    }
    guard dialect.table.errors.isEmpty else { throw ErrorList(dialect.table.errors) }
    let count = dialect.originals
    let note =
      "\(count) \(count == 1 ? "tensor" : "tensors") of original_module, the base's own beside "
      + "what modules_to_save replaces it with, stay out of the merge"
    return (updates, dialect.replacements, count > 0 ? [note] : [])
  }

  private init(file: String, configuration: AdapterConfiguration) {
    self.file = file
    self.configuration = configuration
    table = PairTable(
      file: file,
      wording: PairTable.Wording(
        noUp: "lora_A has no lora_B beside it", noDown: "lora_B has no lora_A beside it",
        neither: "has no lora_A and lora_B beside it"))
  }

  mutating func refuse(_ name: String, _ problem: String) { table.refuse(name, problem) }

  // MARK: Sorting by module

  private mutating func take(_ tensor: NamedTensor) {
    let meaning = PEFTName(tensor.name)
    if let part = Self.part(of: meaning.role) {
      table.place(tensor, at: part, of: meaning.owner)
      if meaning.role == .embeddingDown || meaning.role == .embeddingUp {
        embeddings.insert(meaning.owner)
      }
      return
    }
    table.check(tensor)
    switch meaning.role {
    case .tokenRows:
      takeTokenRows(tensor, of: meaning.owner)
    case .parameter where meaning.owner.contains(".original_module."):
      originals += 1
    case .parameter:
      replacements.append(
        Replacement(
          parameter: meaning.owner, tensor: tensor.tensor, rows: nil, tensorName: tensor.name))
    default:
      refuse(tensor.name, TensorKind.refusal(tensor.name, dialect: "PEFT's LoRA"))
    }
  }

  /// Which part of a pair a name means; nil for what belongs to none.
  private static func part(
    of role: PEFTName.Role
  ) -> WritableKeyPath<PairTable.Parts, NamedTensor?>? {
    switch role {
    case .down, .embeddingDown: \.down
    case .up, .embeddingUp: \.up
    case .upBias: \.upBias
    case .magnitude: \.magnitude
    case .tokenRows, .parameter, .unknown: nil
    }
  }

  private mutating func takeTokenRows(_ named: NamedTensor, of module: String) {
    let (name, tensor) = (named.name, named.tensor)
    let stated = configuration.trainableTokens.first { entry in
      entry.module.isEmpty || ModuleSelection.isSuffix(entry.module, of: module)
    }
    guard let rows = stated?.indices else {
      refuse(name, "trainable_token_indices does not say which rows these are")
      return
    }
    guard Set(rows).count == rows.count else {
      refuse(name, "trainable_token_indices names a row twice, and which one counts is unclear")
      return
    }
    guard tensor.shape.rank == 2, tensor.shape[0] == rows.count else {
      refuse(
        name, "expected \(rows.count) rows, one for each trained token, found \(tensor.shape)")
      return
    }
    replacements.append(
      Replacement(
        parameter: module + ".weight", tensor: tensor, rows: rows, tensorName: name))
  }
}
