import Adapters
import Containers
import Kernels
import Synchronization
import Tensors

/// Gives an adapter other ranks: each delta is replaced by its best approximation of that rank.
///
/// LoHa, LoKr and whole differences of weights become pairs. The deltas are never formed (`ThinProduct`). Stacked experts have one rank in common, and count as
/// one matrix whose energies add up. A DoRA module's direction s·B·A is approximated and its
/// magnitudes stay: they, not the direction, hold the rows' lengths.
package struct Resize: Sendable {
  package let adapter: Adapter
  package let choice: RankChoice
  package let threads: Int
  /// The shapes of the base's weights, by module, where they are known: they say what kernels the
  /// columns of a convolution's LoHa or LoKr belong to.
  package var weightShapes: [String: Shape] = [:]

  /// A resizing of an adapter whose dialect leaves nothing open.
  package init(_ adapter: Adapter, to choice: RankChoice, threads: Int) {
    (self.adapter, self.choice, self.threads) = (adapter, choice, threads)
  }

  /// A module's delta, decomposed as far as a rank of it can be wanted.
  private struct Part: Sendable {
    let update: ModuleUpdate
    let spectrum: Spectrum
    /// One for each expert.
    let matrices: [SingularTriples]
  }

  /// What became of one module.
  package struct Module: Sendable {
    package let name: String
    package let rank: (old: Int, new: Int)
    /// ‖Δ‖, over all experts.
    package let norm: Double
    /// ‖Δ − Δ'‖ / ‖Δ‖: the least that is possible for this rank.
    package let error: Double
  }

  /// A resized adapter, and what became of its modules.
  package struct Result: Sendable {
    package let modules: [Module]
    package let adapter: Adapter

    /// ‖Δ − Δ'‖ / ‖Δ‖ over all modules together.
    package var error: Double {
      let energy = modules.reduce(0) { $0 + $1.norm * $1.norm }
      let lost = modules.reduce(0) { $0 + $1.norm * $1.norm * $1.error * $1.error }
      return energy > 0 ? (lost / energy).squareRoot() : 0
    }

    /// Writes the adapter as PEFT has it.
    ///
    /// - Throws: `ContainerError` for the place; nothing is left then.
    package func write(to path: String, options: OutputOptions, threads: Int) throws {
      let writer = PEFTWriter(try AdapterConversion(adapter, base: nil))
      try writer.rewritten().write(to: path, options: options, threads: threads)
    }

    /// Writes the adapter as the single file without a configuration that it was, names and metadata kept.
    ///
    /// - Throws: `ErrorList` for what such a file cannot hold; `ContainerError` for the place.
    package func writeAsItWas(to path: String, options: OutputOptions, threads: Int) throws {
      try AdapterConversion(keepingNamesOf: adapter).asItWas()
        .write(to: path, options: options, threads: threads)
    }
  }

  /// Decomposes every module and cuts it.
  ///
  /// - Throws: `AdapterError` for an adapter whose factors are not its delta, for a budget that does
  ///   not pay for one rank of every module, and for factors that do not fit together.
  package func run() throws -> Result {
    try adapter.requireDeltas(for: "resize", products: true)
    let parts = try decomposed()
    let ranks = try ranks(of: parts)
    var modules: [Module] = []
    var resized = adapter
    resized.changes = []
    resized.updates = zip(parts, ranks).map { part, rank in
      modules.append(Self.module(part, rank))
      return part.update.replacing(
        deltas: part.matrices.map { ThinProduct($0.truncated(to: rank)) })
    }
    return Result(modules: modules, adapter: resized)
  }

  private func decomposed() throws -> [Part] {
    let count = adapter.updates.count
    let found = Mutex([Part?](repeating: nil, count: count + adapter.changes.count))
    try Parallel.forEach(count: count + adapter.changes.count, threads: threads) { index in
      let part =
        index < count
        ? try part(adapter.updates[index]) : try part(adapter.changes[index - count])
      found.withLock { $0[index] = part }
    }
    return found.withLock { $0.compactMap(\.self) }
  }

  private func part(_ update: ModuleUpdate) throws -> Part {
    let matrices = try (0..<update.matrixCount).map { expert in
      try adapter.triples(of: try update.delta(expert, of: adapter.file), update)
    }
    return part(update, matrices)
  }

  /// A change as a pair; of its triples no more are kept than a rank can be.
  private func part(_ change: ModuleChange) throws -> Part {
    guard let product = change.product else {
      throw AdapterError.tensor(
        file: adapter.file, name: change.name,
        problem: "is of \(change.kindName), which is no delta")
    }
    let update = change.pair(
      on: weightShapes[change.module] ?? [product.rows, product.columns], rank: product.rank)
    return part(update, [try adapter.triples(of: product, update)])
  }

  private func part(_ update: ModuleUpdate, _ matrices: [SingularTriples]) -> Part {
    let spectrum = Self.jointSpectrum(matrices)
    let most =
      switch choice {
      case .each(let target): rank(of: spectrum, for: target)
      case .kohya(let rule): Self.rank(of: update, spectrum, by: rule)
      case .budget(_, let most): most
      }
    return Part(
      update: update, spectrum: spectrum, matrices: matrices.map { $0.truncated(to: most) })
  }

  private static func rank(
    of update: ModuleUpdate, _ spectrum: Spectrum, by rule: KohyaRank
  ) -> Int {
    rule.rank(
      values: spectrum.values, count: min(spectrum.rows, spectrum.columns),
      isConvolution: update.pair.down.shape.rank == 4)
  }

  private func rank(of spectrum: Spectrum, for target: RankTarget) -> Int {
    max(1, target.rank(values: spectrum.values, energy: spectrum.energy) ?? 1)
  }

  private func ranks(of parts: [Part]) throws -> [Int] {
    switch choice {
    case .each(let target):
      return parts.map { rank(of: $0.spectrum, for: target) }
    case .kohya(let rule):
      return parts.map { Self.rank(of: $0.update, $0.spectrum, by: rule) }
    case .budget(let parameters, let most):
      let candidates = parts.map { part in
        RankAllocation.Candidate(
          gains: part.spectrum.values.prefix(most).map { $0 * $0 },
          cost: part.matrices.reduce(0) { $0 + $1.rows + $1.columns })
      }
      // A module cannot be left out: a rank of each is paid for first.
      let least = candidates.reduce(0) { $0 + $1.cost }
      guard parameters >= least else {
        throw AdapterError.mismatch(
          file: adapter.file,
          problem: "a budget of \(parameters) parameters does not pay for rank 1 of its "
            + "\(candidates.count) modules, which takes \(least)")
      }
      let further = candidates.map {
        RankAllocation.Candidate(gains: Array($0.gains.dropFirst()), cost: $0.cost)
      }
      return RankAllocation(further, budget: parameters - least).ranks.map { $0 + 1 }
    }
  }

  /// The energies of all experts, rank by rank.
  private static func jointSpectrum(_ matrices: [SingularTriples]) -> Spectrum {
    let values = matrices[0].values.indices.map { index in
      matrices.reduce(0) { $0 + $1.values[index] * $1.values[index] }.squareRoot()
    }
    return Spectrum(rows: matrices[0].rows, columns: matrices[0].columns, values: values)
  }

  private static func module(_ part: Part, _ rank: Int) -> Module {
    Module(
      name: part.update.module, rank: (part.update.rank, rank),
      norm: part.spectrum.energy.squareRoot(), error: part.spectrum.error(rank: rank))
  }
}

extension Adapter {
  /// The decomposition of one delta of this adapter.
  func triples(
    of delta: ThinProduct, _ update: ModuleUpdate
  ) throws(AdapterError) -> SingularTriples {
    do throws(NoDecomposition) {
      return try delta.decomposed()
    } catch {
      throw .tensor(
        file: file, name: update.name, problem: "its delta has no singular values in f64")
    }
  }

  /// Refuses an adapter whose factors are not what it adds to its base.
  ///
  /// - Parameters:
  ///   - verb: What was asked for, as "resize".
  ///   - products: Whether LoHa and the like will do.
  /// - Throws: `AdapterError.tensor` for LoHa and the like, `.unsupported` after a PiSSA, OLoRA, CorDA or LoRA-GA initialisation.
  func requireDeltas(for verb: String, products: Bool = false) throws(AdapterError) {
    let others = products ? changes.filter { $0.product == nil } : changes
    try requirePairs(for: verb, other: others.first)
    guard let method = InitialAdapters.changingMethod(of: self) else { return }
    throw .unsupported(
      file: file,
      what: "was initialised by \(escaped(method)), so its factors hold a part of the base too",
      remedy: "to \(verb) it, convert it with PEFT first (path_initial_model_for_weight_conversion)"
    )
  }
}
