import JSON
import Tensors

extension DesignReader {
  func attention(_ layer: Int, _ prefix: String) throws(SettingProblem) -> AttentionDesign {
    let names = table.names
    let window = try window(layer)
    let isAllHeads = table.headNorm == .allHeads
    return AttentionDesign(
      heads: heads, keyHeads: keyHeads, headWidth: headWidth,
      projections: try projections(prefix),
      output: LinearDesign(
        prefix + names.output, heads * headWidth, width, bias: try isSet(table.outputBias),
        isTransposed: table.isConv1D),
      queryNorm: try norm(
        names.queryNorm, prefix: prefix, width: isAllHeads ? heads * headWidth : headWidth),
      keyNorm: try norm(
        names.keyNorm, prefix: prefix, width: isAllHeads ? keyHeads * headWidth : headWidth),
      clip: try clip(),
      rotation: try rotation(layer, hasWindow: window != nil), scale: try scale(layer),
      softCap: try positive(table.scoreCap), left: window, right: table.isCausal ? 0 : window)
  }

  private func clip() throws(SettingProblem) -> Double? {
    guard let name = table.clip else { return nil }
    return try text.number(name)
  }

  /// Zero stands for none.
  func positive(_ setting: ArchitectureTable.Number?) throws(SettingProblem) -> Double? {
    guard let value = try number(setting), value != 0 else { return nil }
    if value < 0, case .setting(let name, else: _)? = setting {
      throw problem(name, "expected a number above 0, found \(value)")
    }
    return value
  }

  private func projections(_ prefix: String) throws(SettingProblem) -> AttentionDesign.Projections {
    let bias = try isSet(table.queryBias)
    let (queries, keys) = (heads * headWidth, keyHeads * headWidth)
    func linear(_ name: String, _ outputs: Int) -> LinearDesign {
      LinearDesign(prefix + name, width, outputs, bias: bias, isTransposed: table.isConv1D)
    }
    let joined = linear(table.names.joined ?? "", queries + 2 * keys)
    return switch table.projections {
    case .joined: .joined(joined)
    case .joinedByHead: .joinedByHead(joined)
    case .separate:
      .separate(
        query: linear(table.names.query, queries), key: linear(table.names.key, keys),
        value: linear(table.names.value, keys))
    }
  }

  private func scale(_ layer: Int) throws(SettingProblem) -> Double {
    let usual = 1 / Double(headWidth).squareRoot()
    switch table.scale {
    case .headWidth: return usual
    case .rootOf(let name, else: let fallback):
      let value = try text.number(name) ?? fallback
      guard value > 0 else { throw problem(name, "expected a number above 0, found \(value)") }
      return 1 / value.squareRoot()
    case .setting(let name, else: let fallback): return try text.number(name) ?? fallback
    case .gpt2:
      let scale = try flag("scale_attn_weights", else: true) ? usual : 1
      let isByLayer = try flag("scale_attn_by_inverse_layer_idx", else: false)
      return isByLayer ? scale / Double(layer + 1) : scale
    }
  }

  // MARK: Windows

  /// Positions before a token, and behind it where it sees those, that it does see; nil for all.
  private func window(_ layer: Int) throws(SettingProblem) -> Int? {
    guard !readsSizesOnly else { return nil }
    let size = try size("sliding_window")
    switch table.windows {
    case .none: return nil
    case .all: return size.map { $0 - 1 }
    case .allIfUsed: return try isWindowUsed() ? size.map { $0 - 1 } : nil
    case .upper:
      let first = try text.integer("max_window_layers") ?? 28
      let isUsed = try isWindowUsed()
      return try causalWindow(layer, isUsed ? size : nil, unlessSaid: layer >= first)
    case .unrotated:
      let (isUsed, isRotated) = (try isWindowUsed(), try isRotated(layer))
      return try causalWindow(layer, isUsed ? size : nil, unlessSaid: !isRotated)
    case .interleaved(let setting, every: let every):
      var pattern = every
      for name in setting.map({ ["_" + $0, $0] }) ?? [] {
        if let own = try self.size(name) { pattern = own }
      }
      return try causalWindow(
        layer, size ?? 4096, unlessSaid: !(layer + 1).isMultiple(of: pattern))
    case .local:
      let every = try self.size("global_attn_every_n_layers") ?? 3
      let isLocal = try hasWindow(layer, unlessSaid: !layer.isMultiple(of: every))
      return isLocal ? (try self.size("local_attention") ?? 128) / 2 : nil
    }
  }

  private func isWindowUsed() throws(SettingProblem) -> Bool {
    try flag("use_sliding_window", else: false)
  }

  private func causalWindow(
    _ layer: Int, _ size: Int?, unlessSaid fallback: Bool
  ) throws(SettingProblem) -> Int? {
    guard try hasWindow(layer, unlessSaid: fallback && size != nil) else { return nil }
    guard let size else {
      throw problem("layer_types", "layer \(layer) has a window, and no sliding_window is in use")
    }
    return size - 1
  }

  private func hasWindow(
    _ layer: Int, unlessSaid fallback: Bool
  ) throws(SettingProblem) -> Bool {
    guard let types = try text.texts("layer_types") else { return fallback }
    guard types.count >= layers else {
      throw problem("layer_types", "expected \(layers) kinds, found \(types.count)")
    }
    switch types[layer] {
    case "full_attention": return false
    case "sliding_attention": return true
    default:
      throw problem(
        "layer_types",
        "\"\(escaped(types[layer]))\" is not known here; known are full_attention, "
          + "sliding_attention")
    }
  }

  func size(_ name: String) throws(SettingProblem) -> Int? { try configuration.size(name) }

  // MARK: Rotation

  private func isRotated(_ layer: Int) throws(SettingProblem) -> Bool {
    guard table.skipsRotation else { return true }
    guard let list = try text.integers("no_rope_layers") else {
      return !(layer + 1).isMultiple(of: try size("no_rope_layer_interval") ?? 4)
    }
    guard list.count >= layers else {
      throw problem("no_rope_layers", "expected \(layers) numbers, found \(list.count)")
    }
    return list[layer] != 0
  }

  private func rotation(_ layer: Int, hasWindow: Bool) throws(SettingProblem) -> RotaryDesign? {
    guard !readsSizesOnly, try isRotated(layer) else { return nil }
    switch table.rotation {
    case .none: return nil
    case .all(let theta, let share):
      let parameters = parameters(hasWindow: hasWindow, scales: true)
      let (base, part) = (
        try number(parameters, "rope_theta", "rotary_emb_base"),
        try number(parameters, "partial_rotary_factor", "rotary_pct")
      )
      return try settings(parameters, theta: base ?? theta, share: part ?? share).design()
    case .byLayer(let bases):
      let parameters = parameters(
        hasWindow: hasWindow, scales: !hasWindow || bases.scalesWindows)
      let base = hasWindow ? bases.window : bases.full
      var theta = try parameters.number("rope_theta")
      if theta == nil { theta = try text.number(base.name) }
      return try settings(parameters, theta: theta ?? base.value, share: 1).design()
    }
  }

  /// Inside the parameters, or beside them under one of two names.
  private func number(
    _ parameters: SettingReader<SettingProblem>, _ name: String, _ other: String
  ) throws(SettingProblem) -> Double? {
    if let value = try parameters.number(name) { return value }
    if let value = try text.number(name) { return value }
    return try text.number(other)
  }

  /// `rope_scaling`, or `rope_parameters`, of this kind of layer where they tell kinds apart.
  private func parameters(hasWindow: Bool, scales: Bool) -> SettingReader<SettingProblem> {
    let kind = hasWindow ? "sliding_attention" : "full_attention"
    var value = text.value("rope_parameters") ?? [:]
    if let own = value[kind] { value = own }
    if scales, let scaling = text.value("rope_scaling"),
      value["rope_type"] == nil
        || value["rope_type"] == "default"
    {
      value = scaling
    }
    return SettingReader(file: configuration.file, settings: value)
  }

  private func settings(
    _ parameters: SettingReader<SettingProblem>, theta: Double, share: Double
  ) throws(SettingProblem) -> RotarySettings {
    RotarySettings(
      file: configuration.file, parameters: parameters, theta: theta, share: share,
      headWidth: headWidth, limit: try positionCount(),
      original: try size("original_max_position_embeddings"))
  }
}
