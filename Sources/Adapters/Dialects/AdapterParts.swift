import JSON

/// What a reader of a dialect other than PEFT's made of a file.
struct AdapterParts {
  let dialect: AdapterDialect
  let configuration: AdapterConfiguration
  let updates: [ModuleUpdate]
  var changes: [ModuleChange] = []
}

extension AdapterConfiguration {
  /// The settings that PEFT would have for updates from another dialect, as far as they say them.
  ///
  /// Each update carries its own rank and scaling; the document states those of the first. Targets
  /// are left open: the tensors themselves say which modules are meant.
  package init(
    describing updates: [ModuleUpdate], baseModel: String? = nil, targetParameters: [String] = [],
    file: String
  ) throws(AdapterError) {
    let rank = updates.first?.rank ?? 8
    let alpha = (updates.first?.pair.scaling ?? 1) * Double(rank)
    let settings: PEFTSettings = [
      .rank: .number(rank), .alpha: .number(alpha),
      .usesMagnitudes: .bool(updates.contains { $0.magnitude != nil }),
      .targetParameters: .texts(targetParameters), .baseModel: .text(baseModel),
    ]
    try self.init(settings.document, file: file)
  }
}
