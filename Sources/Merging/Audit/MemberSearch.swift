import Adapters
import Containers
import Tensors

/// Finds out which of several adapters are in a merged checkpoint.
///
/// Each is first held against the file alone, as it is given; where none fits, all deltas together
/// are fitted to the change of a sample of every weight by least squares, and those with a part in it
/// are held against the file with the weights found.
package struct MemberSearch: Sendable {
  package let merged: Checkpoint
  package let base: Checkpoint
  package let candidates: [WeightedAdapter]
  package let threads: Int

  package init(
    of merged: Checkpoint, against base: Checkpoint, among candidates: [WeightedAdapter],
    threads: Int
  ) {
    self.merged = merged
    self.base = base
    self.candidates = candidates
    self.threads = threads
  }

  /// What was found of one candidate.
  package struct Member: Sendable {
    package let adapter: Adapter
    /// The weight that it is in the file with; 0 where it is not, nil where that cannot be told.
    package let weight: Double?
  }

  package struct Finding: Sendable {
    package let members: [Member]
    /// What the audit of those that are in it found; of the first candidate where none is.
    package let audit: AuditFinding
    /// Whether some candidate is in it.
    package let isFound: Bool
  }

  /// Looks for them.
  ///
  /// - Throws: As `MergeAudit.run`.
  package func run() throws -> Finding {
    if let finding = try single() { return finding }
    let weights = try fittedWeights()
    let present = zip(candidates, weights).compactMap { candidate, weight in
      weight.flatMap { $0 == 0 ? nil : WeightedAdapter(candidate.adapter, weight: $0) }
    }
    let members = zip(candidates, weights).map { Member(adapter: $0.adapter, weight: $1) }
    let audit = try self.audit(present.isEmpty ? [candidates[0]] : present).run()
    return Finding(members: members, audit: audit, isFound: !present.isEmpty)
  }

  private func audit(_ adapters: [WeightedAdapter]) -> MergeAudit {
    MergeAudit(of: merged, against: base, adapters, threads: threads)
  }

  /// The finding where some candidate alone, as it is given, accounts for the file; nil where none
  /// does.
  private func single() throws -> Finding? {
    let fitting = try candidates.indices.filter { try audit([candidates[$0]]).fits() }
    guard let first = fitting.first else { return nil }
    let found = try audit([candidates[first]]).run()
    guard found.answer != .doesNotHold else { return nil }
    // Two that fit alike have one delta, or are both below rounding: neither can be told apart.
    let isTold = fitting.count == 1 && found.answer == .holds
    let members = candidates.enumerated().map { number, candidate in
      Member(
        adapter: candidate.adapter,
        weight: fitting.contains(number) ? isTold ? candidate.weight : nil : 0)
    }
    return Finding(members: members, audit: found, isFound: found.answer == .holds)
  }

  /// The weight of each candidate, by least squares over a sample of every weight; 0 for one without
  /// a part in the change, nil for one whose delta is a multiple of others'.
  private func fittedWeights() throws -> [Double?] {
    let weights = (base: try StoredWeights(of: base), merged: try StoredWeights(of: merged))
    let units = candidates.map { WeightedAdapter($0.adapter) }
    let updates = try PlannedUpdates(units, into: weights.base, as: weights.merged)
    var (change, deltas): ([Double], [[Double]]) = ([], candidates.map { _ in [] })
    for (name, edit) in updates.plan.edits {
      guard let update = updates.update(of: name.text, edit),
        let entry = weights.base.entry(for: updates.source(of: name.text)),
        let found = weights.merged.entry(for: name.text), found.shape == entry.shape,
        found.type.floatFormat != nil
      else { continue }
      let subject = AuditSubject(
        name: name.text, base: try weights.base.weight(entry),
        merged: try weights.merged.weight(found), update: update)
      let sample = try SampledChange(subject, at: subject.sample(of: 4, size: 1024))
      change += sample.change
      for (index, values) in sample.deltas.enumerated() { deltas[index] += values }
    }
    let estimate = WeightEstimate(of: change, by: deltas)
    return zip(estimate.factors, estimate.errors).map { factor, error in
      guard let factor, let error else { return nil }
      let plain = (factor * 20).rounded() / 20
      if abs(factor) <= max(0.02, 5 * error) { return 0 }
      return abs(plain - factor) <= max(0.01, 5 * error) ? plain : factor
    }
  }
}
