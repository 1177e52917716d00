import Adapters
import Tensors

/// What an audit found, all told.
package struct AuditFinding: Sendable {
  /// Whether base and adapters account for every weight of the file.
  package enum Answer: String, Sendable {
    case holds
    case doesNotHold = "does not hold"
    /// Nothing speaks against it, and nothing for it.
    case undecided = "cannot be told"
  }

  package let adapters: [WeightedAdapter]
  /// In the order in which the adapters bring them.
  package let modules: [AuditedModule]
  /// Tensors that the adapters leave alone and that are not as in the base.
  package let others: [AuditedOther]
  /// Tensors that the adapters leave alone and that are as in the base.
  package let equalCount: Int
  /// Elements of those.
  let equalElements: Int
  /// What a person should know of the adapters, one sentence each.
  package let notes: [String]

  package var answer: Answer {
    guard faults.isEmpty, wrong.isEmpty else { return .doesNotHold }
    return holding.isEmpty || !unheard.isEmpty ? .undecided : .holds
  }

  var holding: [AuditedModule] { modules.filter(\.verdict.holds) }
  var wrong: [AuditedModule] { modules.filter { !$0.verdict.holds && !$0.verdict.isSilent } }
  var faults: [AuditedOther] { others.filter(\.verdict.isFault) }

  /// Adapters of which no module tells, by their positions: where the others hold, their part is
  /// below rounding.
  var unheard: [Int] {
    guard adapters.count > 1 else { return [] }
    return adapters.indices.filter { adapter in
      holding.allSatisfy { $0.untold.contains(adapter) || !$0.adapters.contains(adapter) }
    }
  }
}
