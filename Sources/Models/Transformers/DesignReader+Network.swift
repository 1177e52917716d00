import JSON
import Kernels

extension DesignReader {
  func network(_ layer: Int, _ prefix: String) throws(SettingProblem) -> NetworkDesign {
    if let rule = table.experts, try isSparse(layer) {
      return .experts(try experts(rule, prefix))
    }
    let bias = try isSet(table.networkBias)
    let names = table.names
    func linear(_ name: String, _ inputs: Int, _ outputs: Int) -> LinearDesign {
      LinearDesign(prefix + name, inputs, outputs, bias: bias, isTransposed: table.isConv1D)
    }
    let down = linear(names.down, inner, width)
    let activation = try activation()
    switch table.network {
    case .plain: return .plain(up: linear(names.up, width, inner), down: down, activation)
    case .gated:
      return .gated(
        gate: linear(names.gate ?? "", width, inner), up: linear(names.up, width, inner),
        down: down, activation)
    case .gatedJoined:
      return .gatedJoined(
        gateUp: linear(names.gateUp ?? "", width, 2 * inner), down: down, activation)
    }
  }

  private func activation() throws(SettingProblem) -> Activation {
    for name in table.activation.settings {
      if let value = try text.text(name) { return try activation(value, name) }
    }
    return try activation(table.activation.fallback, table.activation.settings[0])
  }

  // MARK: Experts

  private func isSparse(_ layer: Int) throws(SettingProblem) -> Bool {
    let step = try size("decoder_sparse_step") ?? 1
    let dense = try text.integers("mlp_only_layers") ?? []
    return (layer + 1).isMultiple(of: step) && !dense.contains(layer)
  }

  private func experts(
    _ rule: ArchitectureTable.ExpertRule, _ prefix: String
  ) throws(SettingProblem) -> ExpertsDesign {
    guard let count = try configuration.size("num_local_experts", "num_experts"),
      let active = try configuration.activeExpertCount
    else { throw problem("num_local_experts", "is missing, or num_experts_per_tok") }
    guard count * layers <= 1_000_000 else {
      throw problem(
        "num_local_experts",
        "expected at most 1000000 experts in all layers, found \(count) in "
          + "each of \(layers)")
    }
    guard active <= count else {
      throw problem("num_experts_per_tok", "expected at most \(count), found \(active)")
    }
    var inner = self.inner
    if let name = rule.widthSetting, let size = try size(name) { inner = size }
    var normalizes = true
    if let name = rule.normalizes { normalizes = try flag(name, else: false) }
    let names = table.names.experts
    let activation = try activation()
    let all = prefix + names.block
    let networks = (0..<count).map { expert in
      let one = "\(all)experts.\(expert)."
      return NetworkDesign.gated(
        gate: LinearDesign(one + names.gate, width, inner),
        up: LinearDesign(one + names.up, width, inner),
        down: LinearDesign(one + names.down, inner, width), activation)
    }
    return ExpertsDesign(
      router: LinearDesign(all + "gate", width, count), experts: networks,
      stack: ExpertsDesign.Stack(
        gateUp: all + "experts.gate_up_proj", down: all + "experts.down_proj"),
      active: active, normalizesShares: normalizes)
  }
}
