import Tensors

/// What transformers 5 calls a file's modules in memory, for those who list modules for it.
package enum MemoryNames {
  /// The names of `module` that differ from the file's, of every family that has one.
  package static func names(of module: String) -> [String] {
    let parts = module.dottedParts
    return RenamingFamily.all.flatMap { $0.names(for: parts) ?? [] }.map {
      $0.joined(separator: ".")
    }
  }

  /// Whether a file of this model has one matrix where memory has several modules.
  package static func isCut(_ module: String, of modelType: String) -> Bool {
    let parts = module.dottedParts
    return RenamingFamily.all.contains { $0.cuts(parts, of: modelType) }
  }
}
