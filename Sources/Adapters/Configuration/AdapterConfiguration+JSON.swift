import JSON
import Tensors

extension AdapterConfiguration {
  /// Reads the settings of `adapter_config.json`, given as parsed JSON.
  ///
  /// - Parameters:
  ///   - document: The file's content.
  ///   - file: The file's name, for errors.
  /// - Throws: `AdapterError.setting` for a wrong type or an impossible value, `.pattern` for a
  ///   pattern that cannot be used, `.unsupported` for a method that is no LoRA or cannot be merged.
  package init(_ document: JSONValue, file: String) throws(AdapterError) {
    guard document.object != nil else {
      throw .setting(
        file: file, name: "{}", problem: "expected an object, found \(document.kindName)")
    }
    self.document = document
    let reader = SettingReader<AdapterError>(file: file, settings: document)
    try Self.refuseOtherMethods(reader)
    try readFactors(reader)
    try readPatterns(reader)
    try readTargets(reader)
    try readExtras(reader)
    notes = SettingsInUse.notes(on: document)
  }

  private static func refuseOtherMethods(_ reader: SettingReader<AdapterError>) throws(AdapterError)
  {
    let file = reader.file
    guard let method = try reader.text("peft_type") else {
      if reader.has("rank"), reader.has("alpha") {
        throw .unsupported(
          file: file, what: "rank and alpha without peft_type are mlx-vlm's settings",
          remedy: "its adapters are not read: write the adapter in PEFT's layout")
      }
      throw .setting(
        file: file, name: "peft_type", problem: "expected \"LORA\", found nothing")
    }
    guard method.uppercased() == "LORA" else {
      throw .unsupported(
        file: file, what: "peft_type \"\(escaped(method))\" is not LoRA",
        remedy: "convert it to LoRA with PEFT's own tools first")
    }
    for (setting, reason) in refusedSettings
    where reader.value(setting).map(SettingsInUse.isSet) ?? false {
      throw .unsupported(file: file, what: "setting \"\(setting)\" is used", remedy: reason)
    }
  }

  /// Settings that change what the factors mean, and why they are refused.
  private static let refusedSettings: [(name: String, reason: String)] = [
    (
      "layer_replication",
      "the adapter belongs to a model with repeated layers: write that model out first"
    ),
    (
      "alora_invocation_tokens",
      "an activated adapter acts only after its invocation tokens and has no merged form"
    ),
    ("arrow_config", "Arrow routes between adapters for each token and has no merged form"),
    (
      "use_qalora",
      "QA-LoRA pools its inputs by groups: merge it with the tool that trained it"
    ),
    ("use_bdlora", "block-diagonal factors are not plain ones: save the adapter densified"),
    ("kasa_config", "KaSA scales by singular values: convert it to LoRA with PEFT first"),
    ("velora_config", "VeLoRA factors are not plain ones: convert them to LoRA with PEFT first"),
    (
      "monteclora_config",
      "MonteCLoRA factors are sampled: convert them to LoRA with PEFT first"
    ),
  ]

  private mutating func readFactors(_ reader: SettingReader<AdapterError>) throws(AdapterError) {
    rank = try Self.checkedRank(reader.integer("r") ?? 8, "r", reader)
    if reader.has("lora_alpha"), reader.value("lora_alpha") == nil {
      throw .setting(
        file: reader.file, name: "lora_alpha", problem: "expected a number, found null")
    }
    alpha = try reader.number("lora_alpha") ?? 8
    isRankStabilized = try reader.flag("use_rslora")
    usesMagnitudes = try reader.flag("use_dora")
    hasUpBias = try reader.flag("lora_bias")
    isFanInFanOut = try reader.flag("fan_in_fan_out")
    dropout = try reader.number("lora_dropout") ?? 0
    let mode = try reader.text("bias") ?? "none"
    guard let bias = BiasMode(rawValue: mode) else {
      throw .setting(
        file: reader.file, name: "bias",
        problem: "expected none, all or lora_only, found \"\(escaped(mode))\"")
    }
    self.bias = bias
  }

  private static func checkedRank(
    _ rank: Int, _ name: String, _ reader: SettingReader<AdapterError>
  ) throws(AdapterError) -> Int {
    guard (1...65536).contains(rank) else {
      throw .setting(
        file: reader.file, name: name, problem: "expected a rank from 1 to 65536, found \(rank)")
    }
    return rank
  }

  private mutating func readPatterns(_ reader: SettingReader<AdapterError>) throws(AdapterError) {
    var ranks: [(key: String, value: Int)] = []
    for (key, value) in try reader.entries("rank_pattern") {
      guard let rank = value.int else {
        throw .setting(
          file: reader.file, name: "rank_pattern",
          problem: "\"\(escaped(key))\": expected a whole number, found \(value.kindName)")
      }
      ranks.append((key, try Self.checkedRank(rank, "rank_pattern", reader)))
    }
    var alphas: [(key: String, value: Double)] = []
    for (key, value) in try reader.entries("alpha_pattern") {
      alphas.append((key, try reader.number(value, "alpha_pattern")))
    }
    rankPattern = try Self.table(ranks, "rank_pattern", reader)
    alphaPattern = try Self.table(alphas, "alpha_pattern", reader)
  }

  private static func table<Value>(
    _ entries: [(key: String, value: Value)], _ name: String, _ reader: SettingReader<AdapterError>
  ) throws(AdapterError) -> PatternTable<Value> {
    do {
      return try PatternTable(entries)
    } catch {
      let keys = entries.map(\.key).joined(separator: "\", \"")
      throw .pattern(file: reader.file, setting: name, pattern: keys, error: error)
    }
  }

  private mutating func readTargets(_ reader: SettingReader<AdapterError>) throws(AdapterError) {
    targets = try Self.selection("target_modules", reader)
    excluded = try Self.selection("exclude_modules", reader)
    targetParameters = try reader.texts("target_parameters") ?? []
    if case .names(let names)? = targets, names.isEmpty, targetParameters.isEmpty {
      throw .setting(
        file: reader.file, name: "target_modules",
        problem: "the list is empty, so the adapter has no modules")
    }
    modulesToSave = try reader.texts("modules_to_save") ?? []
    guard let indices = try reader.integers("layers_to_transform") else { return }
    let patterns = try reader.texts("layers_pattern") ?? []
    do {
      layers = try LayerSelection(indices: indices, patterns: patterns.filter { !$0.isEmpty })
    } catch {
      throw .pattern(
        file: reader.file, setting: "layers_pattern",
        pattern: patterns.joined(separator: "\", \""), error: error)
    }
  }

  private static func selection(
    _ name: String, _ reader: SettingReader<AdapterError>
  ) throws(AdapterError) -> ModuleSelection? {
    guard let value = reader.value(name) else { return nil }
    guard let text = value.string else { return .names(try reader.texts(name) ?? []) }
    if text.lowercased() == "all-linear" { return .allLinear }
    do {
      return .expression(try ModulePattern(text))
    } catch {
      throw .pattern(file: reader.file, setting: name, pattern: text, error: error)
    }
  }

  private static func packedParts(
    _ reader: SettingReader<AdapterError>
  ) throws(AdapterError) -> [Bool] {
    guard let value = reader.value("enable_lora") else { return [] }
    guard let flags = value.array?.map(\.bool), !flags.contains(nil) else {
      throw .setting(
        file: reader.file, name: "enable_lora",
        problem: "expected a list of true and false, found \(value.kindName)")
    }
    let parts = flags.compactMap(\.self)
    return parts.contains(true) ? parts : []
  }

  private mutating func readExtras(_ reader: SettingReader<AdapterError>) throws(AdapterError) {
    baseModel = try reader.text("base_model_name_or_path")
    taskType = try reader.text("task_type")
    packedParts = try Self.packedParts(reader)
    ensuresWeightTying = try reader.flag("ensure_weight_tying")
    initialization = reader.value("init_lora_weights")?.string
    guard let tokens = reader.value("trainable_token_indices") else { return }
    if tokens.object == nil {
      trainableTokens = [("", try reader.integers(tokens, "trainable_token_indices"))]
      return
    }
    for (module, value) in try reader.entries("trainable_token_indices") {
      let indices = try reader.integers(value, "trainable_token_indices")
      trainableTokens.append((module, indices))
    }
  }
}
