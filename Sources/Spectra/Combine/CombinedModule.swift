import Adapters
import Kernels
import Tensors

/// Combines the updates of one module.
struct CombinedModule {
  let parts: CombinedModules.Parts
  let settings: Combine.Settings
  let threads: Int

  private var workers: Workers { Workers(count: threads) }

  /// The combined matrices, all of one rank.
  ///
  /// - Parameters:
  ///   - sums: Σ w·Δ of each matrix.
  ///   - generator: What DARE's masks are drawn from.
  /// - Returns: As many products as there are sums.
  /// - Throws: `AdapterError` for factors that this method cannot combine.
  func deltas(
    _ sums: [ThinProduct], _ generator: inout Generator
  ) throws(AdapterError) -> [ThinProduct] {
    switch settings.method {
    case .cat: return sums
    case .exact, .svd: return try cut(sums)
    case let method where method.isOnDeltas: return try onDeltas(&generator)
    default: return try onFactors(&generator)
    }
  }

  /// The largest rank of the parts: PEFT's `svd_rank` when it is not given.
  private var largestRank: Int { parts.updates.map(\.update.rank).max() ?? 1 }

  // MARK: On thin factors

  private func cut(_ sums: [ThinProduct]) throws(AdapterError) -> [ThinProduct] {
    var all: [SingularTriples] = []
    for sum in sums {
      all.append(try parts.checked { () throws(NoDecomposition) in try sum.decomposed() })
    }
    let rank = all.map(self.rank).max() ?? 1
    return all.map { ThinProduct($0.truncated(to: rank)) }
  }

  private func rank(of triples: SingularTriples) -> Int {
    if settings.method == .svd || settings.rank != nil {
      return min(settings.rank ?? largestRank, triples.count)
    }
    let energy = triples.values.reduce(0) { $0 + $1 * $1 }
    if let share = settings.energy {
      let target = RankTarget.energy(share, most: triples.count)
      return target.rank(values: triples.values, energy: energy) ?? triples.count
    }
    // What is dropped is together below the rounding of factors stored in f32.
    var (rank, tail) = (triples.count, 0.0)
    while rank > 1 {
      tail += triples.values[rank - 1] * triples.values[rank - 1]
      guard tail <= 0x1p-48 * energy else { break }
      rank -= 1
    }
    return rank
  }

  // MARK: On factors

  private func onFactors(_ generator: inout Generator) throws(AdapterError) -> [ThinProduct] {
    for part in parts.updates where part.update.rank != parts.first.rank {
      throw .tensor(
        file: part.file, name: part.update.name,
        problem: "expected rank \(parts.first.rank) as in \(escaped(parts.updates[0].file)), found "
          + "\(part.update.rank); \(settings.method.rawValue) adds factors of one rank: use exact, "
          + "cat or svd")
    }
    let factors = parts.updates.map { $0.weight * $0.update.pair.scaling }
    let roots = factors.map { $0.magnitude.squareRoot() }
    let signed = zip(roots, factors).map { $1 >= 0 ? $0 : -$0 }
    let down = try combined(parts.updates.map(\.update.pair.down), signed, .down, &generator)
    let up = try combined(parts.updates.map(\.update.pair.up), roots, .up, &generator)
    let result = parts.first.with(
      down: Tensor(down, shape: parts.first.pair.down.shape),
      up: Tensor(up, shape: parts.first.pair.up.shape))
    var products: [ThinProduct] = []
    for matrix in parts.matrices {
      products.append(try result.delta(matrix, of: parts.updates[0].file))
    }
    return products
  }

  private func combined(
    _ tensors: [Tensor], _ weights: [Double], _ part: DropMask.Place.Part,
    _ generator: inout Generator
  ) throws(AdapterError) -> [Float] {
    try combined(tensors.map { $0.floats ?? [] }, weights, part, &generator)
  }

  private func combined(
    _ values: [[Float]], _ weights: [Double], _ part: DropMask.Place.Part,
    _ generator: inout Generator
  ) throws(AdapterError) -> [Float] {
    try ElementRule(
      rule: settings.method.rule, density: settings.density, election: settings.election
    ).combined(values, weights: weights) { (index, count) throws(AdapterError) in
      guard let masks = settings.masks else {
        return DropMask.drawn(count: count, density: settings.density, &generator)
      }
      return try masks(
        DropMask.Place(
          module: parts.first.module, part: part, adapter: parts.updates[index].adapter), count)
    }
  }

  // MARK: On deltas

  private func onDeltas(_ generator: inout Generator) throws(AdapterError) -> [ThinProduct] {
    var found: [SingularTriples] = []
    for matrix in parts.matrices {
      var deltas: [[Float]] = []
      var (rows, columns) = (0, 0)
      for part in parts.updates {
        let product = try part.update.delta(matrix, of: part.file)
        (rows, columns) = (product.rows, product.columns)
        deltas.append(DenseMatrix(product, workers: workers).values)
      }
      let values = try combined(deltas, parts.updates.map(\.weight), .delta, &generator)
      deltas = []
      let dense = DenseMatrix(rows: rows, columns: columns, values: values)
      let rank = min(settings.rank ?? largestRank, dense.smallerSide)
      found.append(
        try parts.checked { () throws(NoDecomposition) in
          try LeadingSearch(rank: rank, workers: workers).run(on: dense).triples
        })
    }
    return found.map { ThinProduct($0) }
  }
}

extension ModuleUpdate {
  /// This update with other factors of the same shapes and scaling 1.
  fileprivate func with(down: Tensor, up: Tensor) -> ModuleUpdate {
    ModuleUpdate(
      module: module, kind: kind, pair: LowRankPair(down: down, up: up, scaling: 1), rank: rank,
      upBias: nil, magnitude: nil, tensorNames: tensorNames)
  }

  /// This update with another bias of B.
  func withUpBias(_ bias: Tensor) -> ModuleUpdate {
    ModuleUpdate(
      module: module, kind: kind, pair: pair, rank: rank, upBias: bias, magnitude: magnitude,
      tensorNames: tensorNames)
  }
}
