import Tensors

/// Makes the change of one module of its tensors.
struct KindReader {
  let module: String
  let parts: KindTable.Parts
  let file: String

  func part(_ part: KindPart) -> NamedTensor? { parts[.kind(part)] }

  /// The telling tensors first, in an order that does not depend on the file's.
  private var names: [String] {
    let order = KindPart.allCases.map { KohyaName.Part.kind($0) } + [.down, .up, .alpha]
    let known = order.compactMap { parts[$0]?.name }
    return known + parts.values.map(\.name).filter { !known.contains($0) }.sorted()
  }

  func refusal(_ name: String, _ problem: String) -> AdapterError {
    .tensor(file: file, name: name, problem: problem)
  }

  // MARK: Which kind

  /// The kind that all of the module's tensors are of.
  ///
  /// - Throws: `AdapterError.tensor` when they are of several.
  func kind() throws(AdapterError) -> KindPart.Kind {
    let found = KindPart.allCases.compactMap { part in
      self.part(part).flatMap { tensor in part.kind.map { (kind: $0, name: tensor.name) } }
    }
    let first = found[0]
    if let other = found.first(where: { $0.kind != first.kind }) {
      throw mixed(other.name, other.kind.rawValue, first)
    }
    if first.kind != .tucker, let factor = parts[.down] ?? parts[.up] {
      throw mixed(factor.name, "LoRA's", first)
    }
    if let bias = parts[.upBias] {
      throw mixed(bias.name, "a bias of lora_B", first)
    }
    if let lengths = parts[.magnitude], [.factors, .rotation, .products].contains(first.kind) {
      throw mixed(lengths.name, "DoRA's", first)
    }
    return first.kind
  }

  private func mixed(
    _ name: String, _ kind: String, _ first: (kind: KindPart.Kind, name: String)
  ) -> AdapterError {
    refusal(
      name,
      "is \(kind), and \"\(escaped(first.name))\" of the same module is \(first.kind.rawValue); two "
        + "adapters were mixed up: fetch them again")
  }

  // MARK: Finding the parts

  /// A tensor that the kind cannot do without.
  func need(
    _ part: KohyaName.Part, called ending: String
  ) throws(AdapterError) -> NamedTensor {
    if let tensor = parts[part] { return tensor }
    throw refusal(
      names[0], "has no \(ending) beside it; the file is incomplete: fetch the adapter again")
  }

  func matrix(_ part: KindPart) throws(AdapterError) -> NamedTensor {
    let tensor = try need(.kind(part), called: part.rawValue)
    try check(tensor, rank: 2...)
    return tensor
  }

  func check(
    _ tensor: NamedTensor, rank: PartialRangeFrom<Int>
  ) throws(AdapterError) {
    guard rank.contains(tensor.tensor.shape.rank), tensor.tensor.shape.elementCount > 0 else {
      throw refusal(
        tensor.name,
        "expected \(rank.lowerBound == 2 ? "a matrix" : "a Tucker core"), "
          + "found the shape \(tensor.tensor.shape)")
    }
  }

  /// Refuses two tensors that do not have `count` in common.
  func checkFit(
    _ tensor: NamedTensor, axis: Int, _ count: Int, of other: NamedTensor
  ) throws(AdapterError) {
    guard tensor.tensor.shape[axis] == count else {
      throw refusal(
        tensor.name,
        "expected \(count) \(axis == 0 ? "rows" : "columns"), the rank of "
          + "\"\(escaped(other.name))\" \(other.tensor.shape), found \(tensor.tensor.shape); "
          + "the file is damaged: fetch the adapter again")
    }
  }

  // MARK: Scaling and magnitudes

  /// alpha / rank; 1 without an alpha, or where it is 0.
  func scaling(rank: Int) throws(AdapterError) -> Double {
    guard let alpha = parts[.alpha] else { return 1 }
    guard alpha.tensor.shape.elementCount == 1, let value = alpha.tensor.doubles?.first else {
      throw refusal(alpha.name, "expected a single number, found \(alpha.tensor.shape)")
    }
    return value == 0 ? 1 : Adapters.scaling(alpha: value, rank: rank, isRankStabilized: false)
  }

  private var magnitude: ChannelVector? {
    parts[.magnitude].map { ChannelVector(doraScale: $0.tensor) }
  }

  func change(_ form: ModuleChange.Form) -> ModuleChange {
    ModuleChange(
      module: module, form: form, magnitude: magnitude, tensorNames: names,
      openQuestions: [.ofName(module)])
  }

  // MARK: The kinds

  /// LoCon's update with the Tucker core put into A.
  func tuckerUpdate() throws(AdapterError) -> ModuleUpdate {
    let core = try need(.kind(.core), called: KindPart.core.rawValue)
    let down = try need(.down, called: "lora_down.weight")
    let up = try need(.up, called: "lora_up.weight")
    try check(core, rank: 3...)
    try check(down, rank: 2...)
    try check(up, rank: 2...)
    try checkFit(down, axis: 0, core.tensor.shape[1], of: core)
    try checkFit(up, axis: 1, core.tensor.shape[0], of: core)
    let rank = down.tensor.shape[0]
    let pair = LowRankPair(
      down: FoldedProduct.folding(core: core.tensor, into: down.tensor), up: up.tensor,
      scaling: try scaling(rank: rank))
    var update = ModuleUpdate(
      module: module, kind: .weight, pair: pair, rank: core.tensor.shape[0],
      magnitude: magnitude?.values,
      tensorNames: [down.name, up.name]
        + names.filter { $0 != down.name && $0 != up.name },
      openQuestions: [.ofName(module)])
    update.magnitudeAxis = magnitude?.axis ?? .outputs
    return update
  }

  func hadamard() throws(AdapterError) -> ModuleChange {
    let first = try hadamardFactor(.hadamard1A, .hadamard1B, .hadamardCore1)
    let second = try hadamardFactor(.hadamard2A, .hadamard2B, .hadamardCore2)
    let rank = try matrix(.hadamard1B).tensor.shape[0]
    let scaled = LowRankPair(
      down: first.down, up: first.up, scaling: try scaling(rank: rank))
    return change(.hadamard(scaled, second))
  }

  /// One of LoHa's two products, its Tucker core put into A.
  private func hadamardFactor(
    _ up: KindPart, _ down: KindPart, _ core: KindPart
  ) throws(AdapterError) -> LowRankPair {
    let (up, down) = (try matrix(up), try matrix(down))
    guard let core = part(core) else {
      try checkFit(up, axis: 1, down.tensor.shape[0], of: down)
      return LowRankPair(down: down.tensor, up: up.tensor, scaling: 1)
    }
    return try tucker(core, up, down)
  }

  /// `Σ core[i, j, …] · up[i, p] · down[j, q]` as B `[p, r]` and A `[r, q, …]`.
  private func tucker(
    _ core: NamedTensor, _ up: NamedTensor, _ down: NamedTensor
  ) throws(AdapterError) -> LowRankPair {
    try check(core, rank: 3...)
    try checkFit(up, axis: 0, core.tensor.shape[0], of: core)
    try checkFit(down, axis: 0, core.tensor.shape[1], of: core)
    return LowRankPair(
      down: FoldedProduct.folding(core: core.tensor, into: down.tensor),
      up: up.tensor.reshaped(to: [up.tensor.shape[0], up.tensor.shape[1]]).transposed(), scaling: 1)
  }

  /// LoKr; alpha means nothing where both factors are whole (ai-toolkit then stores 10¹⁰).
  func kronecker() throws(AdapterError) -> ModuleChange {
    let (left, leftRank) = try kroneckerFactor(.kronecker1, .kronecker1A, .kronecker1B, nil)
    let (right, rightRank) = try kroneckerFactor(
      .kronecker2, .kronecker2A, .kronecker2B, .kroneckerCore2)
    if let core = part(.kroneckerCore1) {
      throw refusal(
        core.name,
        "is a Tucker core of LoKr's first factor, which has none; fetch the adapter again")
    }
    guard let rank = rightRank ?? leftRank else {
      return change(.kronecker(left, right, scaling: 1))
    }
    return change(.kronecker(left, right, scaling: try scaling(rank: rank)))
  }

  /// A factor of LoKr's as a matrix `[rows, columns·k]`, and the rank of its two when it has two.
  private func kroneckerFactor(
    _ whole: KindPart, _ up: KindPart, _ down: KindPart, _ core: KindPart?
  ) throws(AdapterError) -> (Tensor, rank: Int?) {
    let product: Tensor
    let rank: Int?
    if let tensor = part(whole) {
      if let other = part(up) ?? part(down) ?? core.flatMap({ part($0) }) {
        throw refusal(
          other.name,
          "is a part of the factor that \"\(escaped(tensor.name))\" is whole; which one counts is "
            + "unclear: fetch the adapter again")
      }
      try check(tensor, rank: 2...)
      (product, rank) = (tensor.tensor, nil)
    } else {
      let (up, down) = (try matrix(up), try matrix(down))
      rank = down.tensor.shape[0]
      if let core = core.flatMap({ part($0) }) {
        let pair = try tucker(core, up, down)
        product = FoldedProduct.product(pair.up, pair.down)
      } else {
        try checkFit(up, axis: 1, down.tensor.shape[0], of: down)
        product = FoldedProduct.product(up.tensor, down.tensor)
      }
    }
    let rows = product.shape[0]
    return (product.reshaped(to: [rows, product.shape.elementCount / rows]), rank)
  }
}
