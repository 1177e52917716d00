import Containers
import Tensors

/// What a merge did.
package struct MergeSummary: Sendable {
  /// Tensors that were edited, and those that were copied.
  package let changed: Int
  package let copied: Int
  /// Every adapter tensor, and what it did.
  package let ledger: CoverageLedger
  /// What rounding left of the deltas: tensor by tensor, and in total.
  package let survivals: (tensors: [Survival], total: Survival?)
  /// The longest chain of the low-rank update.
  package let rank: Int
  /// Tensor data of the source.
  package let bytes: Int
  package let source: Fingerprint
  package let result: Fingerprint
  package let notes: [String]
  /// Those of the new adapters.
  package internal(set) var remainders: [RemainderSummary] = []
  /// What was rounded to codes again, and what that misses of the exact merge.
  package internal(set) var requantized: [QuantizedSummary] = []

  init(
    _ plan: MergePlan, _ base: Checkpoint,
    _ fingerprints: (source: Fingerprint, result: Fingerprint),
    _ meter: SurvivalMeter
  ) {
    changed = plan.edits.count
    copied = max(0, base.entries.count - plan.edits.count)
    ledger = plan.ledger
    survivals = meter.survivals(inOrder: base.entries.map(\.name))
    rank = plan.edits.values.map(\.rank).max() ?? 0
    bytes = base.dataSize
    source = fingerprints.source
    result = fingerprints.result
    notes = plan.notes
  }
}
