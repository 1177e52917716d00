import Adapters
import Kernels
import OrderedCollections
import Synchronization
import Tensors

/// What stands out in an adapter: a signal that something is worth a look, no proof of anything.
package struct AdapterAudit: Sendable {
  /// Deviations from the family's median beyond which a module stands out.
  package static let deviations = 5.0
  /// Factor by which a norm or a stable rank has to differ besides.
  package static let factor = 2.0
  /// Share of the norm's square by which a concentration has to differ besides.
  package static let share = 0.2
  /// Members that a family must have for anything to be said.
  package static let smallestFamily = 4

  /// One thing that is worth a look.
  package struct Finding: Sendable {
    package enum Kind: String, Sendable {
      case norm
      case stableRank = "stable rank"
      case outputs = "few outputs"
      case inputs = "few inputs"
      case idle = "no effect"
      case gap = "a layer left out"
      case embedding = "embedding"
      case replacement = "replaced whole"
      case types = "types"
      case settings
    }

    package let kind: Kind
    /// A module or parameter; empty for the adapter as a whole.
    package let subject: String
    package let sentence: String
    package var value: Double?
    /// The family's median.
    package var usual: Double?
    /// How many usual deviations off, infinite where all others are alike.
    package var deviations: Double?
  }

  package let modules: [ModuleMeasures]
  package let families: [FamilyStatistics]
  package let findings: [Finding]

  /// Looks at every module.
  ///
  /// - Parameters:
  ///   - adapter: What to look at.
  ///   - threads: Modules are shared out among them.
  /// - Throws: `AdapterError` for factors that do not fit together.
  package init(_ adapter: Adapter, threads: Int) throws {
    let matrices = adapter.updates.flatMap { update in
      (0..<update.matrixCount).map { (update, $0) }
    }
    let found = Mutex([ModuleMeasures?](repeating: nil, count: matrices.count))
    try Parallel.forEach(count: matrices.count, threads: threads) { index throws in
      let (update, expert) = matrices[index]
      let measures = try ModuleMeasures(update, expert, of: adapter.file)
      found.withLock { $0[index] = measures }
    }
    modules = found.withLock { $0.compactMap(\.self) }
    let groups = OrderedDictionary(grouping: modules.filter { !$0.isIdle }, by: \.family)
    families = groups.map { FamilyStatistics($0, $1) }
    findings =
      Self.outliers(groups, families) + Self.idle(modules) + Self.gaps(modules)
      + Self.wholes(adapter) + Self.embeddings(adapter) + Self.types(adapter)
      + AdapterLint.findings(AdapterOutline(adapter)).map {
        Finding(kind: .settings, subject: "", sentence: $0)
      }
  }

  // MARK: Modules beside their families

  private static func outliers(
    _ groups: OrderedDictionary<String, [ModuleMeasures]>, _ families: [FamilyStatistics]
  ) -> [Finding] {
    zip(groups.values, families).flatMap { members, family -> [Finding] in
      guard members.count >= smallestFamily else { return [] }
      return members.flatMap { outliers($0, in: family) }
    }
  }

  private static func outliers(
    _ module: ModuleMeasures, in family: FamilyStatistics
  ) -> [Finding] {
    [
      finding(.norm, module, module.norm, family.norm, by: factor),
      finding(.stableRank, module, module.stableRank, family.stableRank, by: factor),
      finding(.outputs, module, module.outputShare, family.outputShare, by: share),
      finding(.inputs, module, module.inputShare, family.inputShare, by: share),
    ].compactMap(\.self)
  }

  private static func finding(
    _ kind: Finding.Kind, _ module: ModuleMeasures, _ value: Double,
    _ quantity: FamilyStatistics.Quantity, by step: Double
  ) -> Finding? {
    guard let count = quantity.deviations(of: value, atLeast: deviations, by: step) else {
      return nil
    }
    let isMore = value > quantity.median
    let sentence: String
    switch kind {
    case .norm: sentence = "its update is \(isMore ? "larger" : "smaller") than its family's"
    case .stableRank:
      sentence = isMore ? "spread over more directions" : "concentrated on fewer directions"
    case .outputs:
      sentence = isMore ? "concentrated on few outputs" : "spread over more outputs"
    default: sentence = isMore ? "concentrated on few inputs" : "spread over more inputs"
    }
    return Finding(
      kind: kind, subject: module.name, sentence: sentence, value: value, usual: quantity.median,
      deviations: count)
  }

  private static func idle(_ modules: [ModuleMeasures]) -> [Finding] {
    modules.filter(\.isIdle).map {
      Finding(
        kind: .idle, subject: $0.name, sentence: "adds nothing: a factor is all zero", value: 0)
    }
  }

  /// Layers between the first and the last of a family that have no such module.
  private static func gaps(_ modules: [ModuleMeasures]) -> [Finding] {
    OrderedDictionary(grouping: modules, by: \.family).flatMap { family, members -> [Finding] in
      let numbers = Set(members.compactMap { LayerNumber.first(in: $0.name) }).sorted()
      guard numbers.count >= smallestFamily, let first = numbers.first, let last = numbers.last,
        let step = zip(numbers, numbers.dropFirst()).map({ $1 - $0 }).min()
      else { return [] }
      let missing = stride(from: first, through: last, by: step).filter { !numbers.contains($0) }
      guard !missing.isEmpty, missing.count < numbers.count else { return [] }
      let listed = missing.prefix(8).map(String.init).joined(separator: ", ")
      return [
        Finding(
          kind: .gap, subject: family,
          sentence: "no update in layer \(listed)\(missing.count > 8 ? " and more" : "")",
          value: Double(missing.count))
      ]
    }
  }

  // MARK: What is no plain update

  private static func wholes(_ adapter: Adapter) -> [Finding] {
    let changes = adapter.changes.map { change in
      Finding(
        kind: .replacement, subject: change.target,
        sentence: "is changed by \(change.kindName), which is not measured here")
    }
    return changes
      + adapter.replacements.map { replacement in
        let sentence =
          replacement.rows.map { "brings \($0.count) rows whole" }
          ?? "brings the parameter whole, \(replacement.tensor.type.rawValue) "
          + "\(replacement.tensor.shape)"
        return Finding(kind: .replacement, subject: replacement.parameter, sentence: sentence)
      }
  }

  /// Which tokens an embedding's update is about.
  private static func embeddings(_ adapter: Adapter) -> [Finding] {
    adapter.updates.filter { $0.kind == .embedding }.map { update in
      let rows = update.pair.down.shape[1]
      let values = update.pair.down.doubles ?? []
      let changed = (0..<rows).count { row in
        (0..<update.pair.down.shape[0]).contains { values[$0 * rows + row] != 0 }
      }
      return Finding(
        kind: .embedding, subject: update.module,
        sentence: "changes \(changed) of \(rows) rows", value: Double(changed))
    }
  }

  private static func types(_ adapter: Adapter) -> [Finding] {
    let types = Set(adapter.updates.flatMap { [$0.pair.down.type, $0.pair.up.type] }).map(
      \.rawValue)
    guard types.count > 1 else { return [] }
    return [
      Finding(
        kind: .types, subject: "",
        sentence: "factors are stored in several types: \(types.sorted().joined(separator: ", "))")
    ]
  }
}

/// The number of a module's layer.
private enum LayerNumber {
  /// The first part of the name that is a number.
  static func first(in name: String) -> Int? {
    name.split(whereSeparator: { $0 == "." || $0 == "_" }).lazy.compactMap { Int($0) }.first
  }
}
