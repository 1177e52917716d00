import Containers
import Tensors

/// What a merge did.
package struct MergeSummary: Sendable {
  /// Tensors of the result that were edited, those that were copied, and all others: written out in
  /// full, in another type, or what belongs to new codes.
  package let changed: Int
  package let copied: Int
  package let recoded: Int
  /// Every adapter tensor, and what it did.
  package let ledger: CoverageLedger
  /// What rounding left of the deltas: tensor by tensor, and in total.
  package let survivals: (tensors: [Survival], total: Survival?)
  /// The longest chain of the low-rank update.
  package let rank: Int
  /// Tensor data of the result.
  package let bytes: Int
  package let source: Fingerprint
  package let result: Fingerprint
  package let notes: [String]
  /// Those of the new adapters.
  package internal(set) var remainders: [RemainderSummary] = []
  /// What was rounded to codes again, and what that misses of the exact merge.
  package internal(set) var requantized: [QuantizedSummary] = []

  init(
    _ plan: MergePlan, _ base: Checkpoint, writing steps: [RewritePlan.Step],
    _ fingerprints: (source: Fingerprint, result: Fingerprint),
    _ meter: SurvivalMeter
  ) {
    changed = plan.edits.count
    let results = steps.compactMap(\.result)
    copied = steps.count { $0.isCopy && plan.edits[ExactString($0.result?.name ?? "")] == nil }
    recoded = max(0, results.count - changed - copied)
    ledger = plan.ledger
    survivals = meter.survivals(inOrder: base.entries.map(\.name))
    rank = plan.edits.values.map(\.rank).max() ?? 0
    bytes = results.reduce(0) { $0 + $1.byteCount }
    source = fingerprints.source
    result = fingerprints.result
    notes = plan.notes
  }
}
