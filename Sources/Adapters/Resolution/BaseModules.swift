import Containers
import Tensors

/// The base's modules, found by the names that an adapter has for them.
struct BaseModules {
  private let entries: [ExactString: TensorEntry]
  private let map: NameMap
  private let stored: StoredModules

  init(_ entries: [TensorEntry], _ map: NameMap) {
    self.entries = Dictionary(
      entries.map { (ExactString($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    self.map = map
    stored = StoredModules(entries.map(\.name))
  }

  /// Whether the file has the module under its own name, or one that `NameMap` lets stand for it.
  func holds(_ module: String) -> Bool { map.base(for: module + ".weight") != nil }

  /// Where the module lies, when transformers 5 has another name for it than the file.
  func place(of module: String) -> StoredModules.Place? { stored.place(of: module) }

  /// The file's name of a module that is one in the file as well.
  func module(called name: String) -> String? {
    if let own = map.base(for: name + ".weight") { return String(own.dropLast(".weight".count)) }
    return stored.place(of: name).flatMap { $0.partCount == 1 ? $0.module.text : nil }
  }

  /// The weight of the module that the file calls so.
  func entry(of module: String) -> TensorEntry? { entries[ExactString(module + ".weight")] }
}
