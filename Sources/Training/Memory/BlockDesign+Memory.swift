import Models

// Numbers for each token of a micro-batch.

extension LinearDesign {
  /// What a layer keeps: x Aᵀ, and that times s; with magnitudes its product, and that over its norm.
  func kept(_ sizes: StepSizes) -> Int {
    guard let rank = sizes.ranks[name] else { return 0 }
    return 2 * rank + (sizes.hasMagnitudes ? 2 * outputs : 0)
  }

  /// What a layer needs for a moment: what dropout left of its input.
  fileprivate func lent(_ sizes: StepSizes) -> Int {
    sizes.drops && sizes.ranks[name] != nil ? inputs : 0
  }
}

extension AttentionDesign {
  var linears: [LinearDesign] {
    switch projections {
    case .separate(let query, let key, let value): [query, key, value, output]
    case .joined(let all), .joinedByHead(let all): [all, output]
    }
  }

  private var queries: Int { heads * headWidth }
  private var keys: Int { keyHeads * headWidth }

  /// q, k and v as they are read, what is attended and ln Σ exp of each head; and q, k and v as they
  /// were before norms or bounds.
  fileprivate func kept(_ sizes: StepSizes) -> Int {
    let read = queries + 2 * keys
    var before = clip == nil ? 0 : read
    if queryNorm != nil { before += queries + keys + heads + keyHeads }
    return read + queries + heads + before + linears.reduce(0) { $0 + $1.kept(sizes) }
  }

  /// Gradients of q, k and v, and of what is attended or after that of what was normed.
  fileprivate var lent: Int {
    2 * queries + 2 * keys + (queryNorm == nil ? 0 : keys)
  }
}

extension NetworkDesign {
  var linears: [LinearDesign] {
    switch self {
    case .plain(let up, let down, _): [up, down]
    case .gated(let gate, let up, let down, _): [gate, up, down]
    case .gatedJoined(let gateUp, let down, _): [gateUp, down]
    case .experts(let design): [design.router] + design.experts.flatMap(\.linears)
    }
  }

  /// Numbers of a token between the layers.
  private var inner: Int {
    switch self {
    case .plain(_, let down, _), .gated(_, _, let down, _), .gatedJoined(_, let down, _):
      down.inputs
    case .experts(let design): design.experts.first?.inner ?? 0
    }
  }

  /// What the layers before the function make.
  ///
  /// Experts keep what each reads and makes, and the router's outputs twice.
  fileprivate func kept(_ width: Int, _ sizes: StepSizes) -> Int {
    switch self {
    case .plain: return inner + linears.reduce(0) { $0 + $1.kept(sizes) }
    case .gated, .gatedJoined: return 2 * inner + linears.reduce(0) { $0 + $1.kept(sizes) }
    case .experts(let design):
      let each = design.experts.first.map { 2 * width + $0.kept(width, sizes) } ?? 0
      return design.active * each + 2 * design.router.outputs + design.router.kept(sizes)
    }
  }

  /// The function's outputs and their gradient; experts have theirs for some of the tokens.
  fileprivate func lent(_ width: Int) -> Int {
    if case .experts = self { 2 * inner + 2 * width } else { 2 * inner }
  }
}

extension SideDesign {
  /// A number or two of each norm, and what the norms behind the part read.
  fileprivate func kept(_ width: Int) -> Int {
    let norms = [before, behind, after].compactMap(\.self)
    let statistics = norms.reduce(0) { $0 + ($1.kind == .layer ? 2 : 1) }
    return statistics + width * ((behind == nil ? 0 : 1) + (after == nil ? 0 : 1))
  }

  fileprivate func lent(_ width: Int) -> Int { behind == nil && after == nil ? 0 : width }
}

extension BlockDesign {
  /// What a block keeps beside its input.
  func kept(_ width: Int, _ sizes: StepSizes) -> Int {
    attention.kept(sizes) + network.kept(width, sizes) + attentionSide.kept(width)
      + networkSide.kept(width) + (isParallel ? 0 : width)
  }

  /// What a block needs for a moment at most: what its parts read, and the gradients of that and of
  /// what they make; and inside the part that needs more.
  func lent(_ width: Int, _ sizes: StepSizes) -> Int {
    let dropped = (attention.linears + network.linears).map { $0.lent(sizes) }.max() ?? 0
    let ends = max(attentionSide.lent(width), networkSide.lent(width))
    return width * (isParallel ? 4 : 3) + ends + max(attention.lent, network.lent(width)) + dropped
  }
}
