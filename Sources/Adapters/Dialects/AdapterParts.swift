import JSON

/// What a reader of a dialect other than PEFT's made of a file.
struct AdapterParts {
  let dialect: AdapterDialect
  let configuration: AdapterConfiguration
  let updates: [ModuleUpdate]
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
    try self.init(
      JSONValue(members: [
        ("peft_type", "LORA"), ("r", .number(JSONNumber(rank))),
        ("lora_alpha", .number(JSONNumber(alpha))),
        ("use_dora", .bool(updates.contains { $0.magnitude != nil })),
        ("target_parameters", .array(targetParameters.map(JSONValue.string))),
        ("base_model_name_or_path", baseModel.map(JSONValue.string) ?? .null),
      ]), file: file)
  }
}
