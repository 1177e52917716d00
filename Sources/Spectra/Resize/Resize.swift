import Adapters
import Containers
import Kernels
import Synchronization
import Tensors

/// Gives an adapter other ranks: each delta is replaced by its best approximation of that rank.
///
/// The deltas are never formed (`ThinProduct`). Stacked experts have one rank in common, and count as
/// one matrix whose energies add up. A DoRA module's direction s·B·A is approximated and its
/// magnitudes stay: they, not the direction, hold the rows' lengths.
package struct Resize: Sendable {
  package let adapter: Adapter
  package let choice: RankChoice
  package let threads: Int

  /// A resizing of an adapter whose dialect leaves nothing open.
  package init(_ adapter: Adapter, to choice: RankChoice, threads: Int) {
    (self.adapter, self.choice, self.threads) = (adapter, choice, threads)
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
    try adapter.requireDeltas(for: "resize")
    let whole = try decomposed()
    let ranks = try ranks(of: whole)
    var modules: [Module] = []
    var resized = adapter
    resized.updates = zip(zip(adapter.updates, whole), ranks).map { pair, rank in
      let (update, matrices) = pair
      modules.append(Self.module(update, matrices, rank))
      return update.replacing(deltas: matrices.map { ThinProduct($0.truncated(to: rank)) })
    }
    return Result(modules: modules, adapter: resized)
  }

  private func decomposed() throws -> [[SingularTriples]] {
    let found = Mutex([[SingularTriples]](repeating: [], count: adapter.updates.count))
    try Parallel.forEach(count: adapter.updates.count, threads: threads) { index in
      let update = adapter.updates[index]
      let matrices = try (0..<update.matrixCount).map { expert in
        try adapter.triples(of: try update.delta(expert, of: adapter.file), update)
      }
      found.withLock { $0[index] = matrices }
    }
    return found.withLock { $0 }
  }

  private func ranks(of whole: [[SingularTriples]]) throws -> [Int] {
    let spectra = whole.map(Self.jointSpectrum)
    switch choice {
    case .each(let target):
      return spectra.map { spectrum in
        max(1, target.rank(values: spectrum.values, energy: spectrum.energy) ?? 1)
      }
    case .kohya(let rule):
      return zip(adapter.updates, spectra).map { update, spectrum in
        rule.rank(
          values: spectrum.values, count: min(spectrum.rows, spectrum.columns),
          isConvolution: update.pair.down.shape.rank == 4)
      }
    case .budget(let parameters, let most):
      let candidates = zip(whole, spectra).map { matrices, spectrum in
        RankAllocation.Candidate(
          gains: spectrum.values.prefix(most).map { $0 * $0 },
          cost: matrices.reduce(0) { $0 + $1.rows + $1.columns })
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

  private static func module(
    _ update: ModuleUpdate, _ matrices: [SingularTriples], _ rank: Int
  ) -> Module {
    let spectrum = jointSpectrum(matrices)
    return Module(
      name: update.module, rank: (update.rank, rank), norm: spectrum.energy.squareRoot(),
      error: spectrum.error(rank: rank))
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
  /// - Parameter verb: What was asked for, as "resize".
  /// - Throws: `AdapterError.unsupported` after a PiSSA, OLoRA, CorDA or LoRA-GA initialisation.
  func requireDeltas(for verb: String) throws(AdapterError) {
    guard let method = InitialAdapters.changingMethod(of: self) else { return }
    throw .unsupported(
      file: file,
      what: "was initialised by \(escaped(method)), so its factors hold a part of the base too",
      remedy: "to \(verb) it, convert it with PEFT first (path_initial_model_for_weight_conversion)"
    )
  }
}
