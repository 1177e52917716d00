import Adapters
import Containers
import Tensors

/// The changed tensors that are no matrices, and how an adapter holds them.
struct ExtractedOthers {
  /// A tensor to store, and its name in the adapter.
  struct Stored {
    /// The tensor's name in the base.
    let parameter: String
    let tensorName: String
  }

  /// In the order of the base.
  private(set) var tensors: [Stored] = []
  private(set) var leftOut: [LeftOutTensor] = []
  /// `modules_to_save`: modules whose parameters are all stored.
  private(set) var modules: [String] = []
  /// Whether biases are stored, and whether of modules without a pair too.
  private(set) var bias = AdapterConfiguration.BiasMode.none

  private static let prefix = "base_model.model."

  init(_ findings: Extract.Findings, of extract: Extract) {
    let adapted = Set(findings.matrices.map(\.module))
    var saved: Set<String> = []
    for entry in findings.others {
      let (module, parameter) = ExtractionPlace.split(entry.name)
      guard let module, parameter == "bias" || !adapted.contains(module) else {
        leftOut.append(LeftOutTensor(name: entry.name, reason: .noPlace))
        continue
      }
      if parameter != "bias", saved.insert(module).inserted { modules.append(module) }
    }
    let changed = Set(findings.others.map { ExactString($0.name) })
    for entry in extract.base.tensorsByOffset.map(\.entry) {
      let (module, parameter) = ExtractionPlace.split(entry.name)
      guard let module else { continue }
      if saved.contains(module) {
        store(entry, as: Self.prefix + entry.name)
      } else if parameter == "bias", changed.contains(ExactString(entry.name)) {
        let isAdapted = adapted.contains(module)
        store(entry, as: Self.prefix + module + (isAdapted ? ".base_layer.bias" : ".bias"))
        if bias != .all { bias = isAdapted ? .adaptedOnly : .all }
      }
    }
  }

  private mutating func store(_ entry: TensorEntry, as name: String) {
    tensors.append(Stored(parameter: entry.name, tensorName: name))
  }

  /// The tensors themselves, read from the tuned checkpoint.
  func replacements(from tuned: Checkpoint) throws -> [Replacement] {
    try tensors.map { stored in
      guard let location = tuned.location(named: stored.parameter) else {
        preconditionFailure("a tensor that both checkpoints have")
      }
      return Replacement(
        parameter: stored.parameter,
        tensor: try tuned.shards[location.shard].file.tensor(location.entry), rows: nil,
        tensorName: stored.tensorName)
    }
  }
}
