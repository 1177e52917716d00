import Adapters
import Containers
import Kernels
import OrderedCollections
import Tensors

/// Makes one adapter out of several weighted ones.
package struct Combine: Sendable {
  /// The choices of a method.
  package struct Settings: Sendable {
    package var method = CombinationMethod.exact
    /// The rank to cut to; nil for the largest of the adapters' ranks (`exact`: whatever is needed).
    package var rank: Int?
    /// For `exact`: the share of energy that each module keeps.
    package var energy: Double?
    /// The share of elements that are kept.
    package var density = 0.5
    package var election = SignElection.total
    /// The start of the random numbers of DARE.
    package var seed: UInt64 = 0
    /// Takes the place of the random numbers: for comparison with masks drawn elsewhere.
    package var masks: DropMask.Source?

    package init() {}
  }

  package let adapters: [WeightedAdapter]
  package let settings: Settings
  package let threads: Int
  /// Combine although the adapters were trained on different bases.
  package var ignoresBaseFingerprint = false

  /// A combination of at least one adapter, none of whose dialects leaves anything open.
  package init(_ adapters: [WeightedAdapter], _ settings: Settings, threads: Int) {
    precondition(!adapters.isEmpty, "a combination of no adapters")
    (self.adapters, self.settings, self.threads) = (adapters, settings, threads)
  }

  /// One module of the result.
  package struct Module: Sendable {
    package let name: String
    /// How many of the adapters have it.
    package let adapterCount: Int
    package let rank: Int
    /// ‖Σ w·Δ‖, of the weighted sum of the deltas.
    package let norm: Double
    /// ‖result − Σ w·Δ‖ / ‖Σ w·Δ‖; where the sum is nothing, ‖result‖.
    package let error: Double
  }

  /// Checks the adapters against each other and combines them, module by module.
  ///
  /// - Throws: `ErrorList` with everything that does not go together.
  package func run() throws -> Combination {
    let modules = try CombinedModules(self)
    var generator = Generator(seed: settings.seed)
    var (updates, reports): ([ModuleUpdate], [Module]) = ([], [])
    for parts in modules.modules {
      var own = generator.fork()
      let combined = try self.combined(parts, &own)
      updates.append(combined.update)
      reports.append(combined.report)
    }
    return try Combination(self, modules, updates: updates, reports: reports)
  }

  private func combined(
    _ parts: CombinedModules.Parts, _ generator: inout Generator
  ) throws -> (update: ModuleUpdate, report: Module) {
    try Interruption.check()
    let sums = try parts.matrices.map { try parts.weightedSum($0) }
    let deltas = try CombinedModule(parts: parts, settings: settings, threads: threads)
      .deltas(sums, &generator)
    var update = parts.first.replacing(deltas: deltas)
    if parts.updates.contains(where: { $0.update.upBias != nil }) {
      update = update.withUpBias(try parts.upBias())
    }
    var (square, lost) = (0.0, 0.0)
    for (sum, delta) in zip(sums, deltas) {
      let rounded = ThinProduct(rounding: delta)
      let norm = try parts.checked { () throws(NoDecomposition) in try sum.norm() }
      let distance = try parts.checked { () throws(NoDecomposition) in
        try ThinProduct(sum: [rounded, sum.scaled(by: -1)]).norm()
      }
      square += norm * norm
      lost += distance * distance
    }
    return (
      update,
      Module(
        name: update.module, adapterCount: parts.updates.count, rank: update.rank,
        norm: square.squareRoot(), error: (square > 0 ? lost / square : lost).squareRoot())
    )
  }
}

extension ThinProduct {
  /// The product with its factors rounded to f32, as an adapter stores them.
  fileprivate init(rounding product: ThinProduct) {
    self.init(
      rank: product.rank, rows: product.rows, columns: product.columns,
      left: product.left.map { Double(Float($0)) }, right: product.right.map { Double(Float($0)) })
  }
}
