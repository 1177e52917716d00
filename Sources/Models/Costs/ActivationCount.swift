/// Numbers that a training step keeps of the forward pass for the backward one, per token.
///
/// A block of a transformer keeps, in elements:
///
/// | what | elements | when |
/// |---|---|---|
/// | the input of each normalization | its width | always |
/// | the input of query, key and value | hidden | one of them is trained |
/// | query, key, value, and what the attention gives | their widths | always |
/// | the input of gate and up | hidden | one of them is trained |
/// | gate, its activation, and up; without a gate, up alone | 3 · or 1 · intermediate | always |
/// | the input of down | intermediate | down is trained |
/// | x·Aᵀ of each adapted layer | rank | always |
///
/// The attention is taken to be fused, which keeps no matrix of scores; a token passes through as
/// many experts as are active. A layer outside of such blocks keeps its input when it is trained,
/// and its output. Blocks below the lowest adapted one keep nothing. What only lives inside one
/// operation is not counted, nor are copies that a framework makes to round or to lay out anew.
struct ActivationCount {
  /// What each block keeps, in the model's order.
  private(set) var blocks: [Int] = []
  /// Inputs of blocks, of which checkpointing keeps one for each.
  private(set) var inputs: [Int] = []
  private let model: ModelOutline
  /// Nil when everything is trained.
  private let rank: Int?
  private let trained: Set<String>

  /// The count when `targets` are trained at `rank`; without them, when everything is.
  init(_ model: ModelOutline, targets: TargetSet?, rank: Int) {
    self.model = model
    self.rank = targets == nil ? nil : rank
    trained = Set((targets?.modules ?? model.linears).map(\.name))
    var names: [String] = []
    var layers: [String: [LinearModule]] = [:]
    for module in model.linears {
      if layers[module.block] == nil { names.append(module.block) }
      layers[module.block, default: []].append(module)
    }
    var norms: [String: [ModelTensor]] = [:]
    for norm in model.norms {
      guard let block = LinearModule.block(norm.module.split(separator: ".")) else { continue }
      norms[block, default: []].append(norm)
    }
    let lowest = names.firstIndex { layers[$0]?.contains { trained.contains($0.name) } ?? false }
    for name in names[(lowest ?? names.endIndex)...] {
      let modules = layers[name] ?? []
      blocks.append(count(modules, norms: norms[name] ?? []))
      inputs.append(model.embeddingWidth ?? modules.first?.inputWidth ?? 0)
    }
  }

  /// One block's elements.
  private func count(_ modules: [LinearModule], norms: [ModelTensor]) -> Int {
    let byRole = Dictionary(
      grouping: modules.filter { $0.role != .other && !$0.isExpert }, by: \.role)
    let experts = modules.filter(\.isExpert)
    let expertGroups = Dictionary(grouping: experts, by: \.role).mapValues { [$0[0]] }
    var total = attention(byRole) + network(byRole)
    total += network(expertGroups) * (model.activeExperts ?? 1)
    for module in modules where module.role == .other {
      total += module.outputWidth + (trained.contains(module.name) ? module.inputWidth : 0)
    }
    for norm in norms { total += width(of: norm, byRole) }
    return total + bottlenecks(modules, experts: experts)
  }

  /// What a normalization reads: a head's width once for each head, any other width once.
  private func width(
    of norm: ModelTensor, _ roles: [LinearModule.Role: [LinearModule]]
  ) -> Int {
    if norm.module.hasSuffix("q_norm") { return outputs(roles[.query]) }
    if norm.module.hasSuffix("k_norm") { return outputs(roles[.key]) }
    return norm.elementCount
  }

  private func attention(_ roles: [LinearModule.Role: [LinearModule]]) -> Int {
    let parts: [LinearModule.Role] = [.query, .key, .value, .queryKeyValue]
    let modules = parts.flatMap { roles[$0] ?? [] }
    return sharedInput(modules) + outputs(modules)
      + (roles[.attentionOutput] ?? []).reduce(0) { $0 + $1.inputWidth }
  }

  private func network(_ roles: [LinearModule.Role: [LinearModule]]) -> Int {
    let (gates, fused) = (roles[.gate] ?? [], roles[.gateUp] ?? [])
    let ups = roles[.up] ?? []
    // The activation of a gate is kept as a factor of the product, without a gate only for down.
    let activated = outputs(gates) + outputs(fused) / 2
    return sharedInput(gates + fused + ups) + outputs(gates + fused + ups) + activated
      + (roles[.down] ?? []).reduce(0) {
        $0 + (trained.contains($1.name) ? $1.inputWidth : 0)
      }
  }

  /// x·Aᵀ of what is adapted; of experts, of those that a token passes through.
  private func bottlenecks(_ modules: [LinearModule], experts: [LinearModule]) -> Int {
    guard let rank else { return 0 }
    let plain = modules.count { !$0.isExpert && trained.contains($0.name) }
    let roles = Set(experts.filter { trained.contains($0.name) }.map(\.role))
    return rank * (plain + roles.count * (model.activeExperts ?? 1))
  }

  private func sharedInput(_ modules: [LinearModule]) -> Int {
    modules.contains { trained.contains($0.name) } ? modules[0].inputWidth : 0
  }

  private func outputs(_ modules: [LinearModule]?) -> Int {
    (modules ?? []).reduce(0) { $0 + $1.outputWidth }
  }
}
