import Adapters
import Kernels
import Tensors

/// Says of one weight what was done to it.
///
/// A verdict that names what was done was tried on every element: what is estimated only proposes.
struct ModuleJudge {
  let subject: AuditSubject
  /// For each adapter whether its scaling is alpha / √rank.
  let areRankStabilized: [Bool]
  let threads: Int

  init(_ subject: AuditSubject, _ adapters: [WeightedAdapter], threads: Int) {
    (self.subject, self.threads) = (subject, threads)
    areRankStabilized = adapters.map(\.adapter.configuration.isRankStabilized)
  }

  private var adapterCount: Int { subject.update.adapterCount }

  private func arithmetics(for explanation: Explanation) -> [MergeArithmetic] {
    let present = subject.update.slabs.flatMap { $0.compactMap(\.self) }
    return MergeArithmetic.all(
      base: subject.formats.base, result: subject.formats.merged,
      additions: adapterCount * explanation.times,
      isWeighted: present.contains { $0.weight != 1 })
  }

  private func finding(_ verdict: AuditedModule.Verdict, _ detail: String? = nil) -> AuditedModule {
    var result = AuditedModule(
      subject.name, verdict, elementCount: subject.elementCount, detail: detail)
    result.adapters = (0..<adapterCount).filter { subject.update.touches($0) }
    return result
  }

  /// The verdict.
  ///
  /// - Throws: What reading throws; `OutOfMemory`.
  func judged() throws -> AuditedModule {
    guard !subject.merged.isCoded else { return try judgedByCorrelation() }
    if let (outcome, way) = try claimed() { return try held(outcome, by: way) }
    if try trial(.untouched(adapterCount)).run().fits { return finding(.notApplied) }
    return try explained()
  }

  /// Whether the weight can be what is claimed; in codes, whether that is likely.
  ///
  /// - Throws: As `judged`.
  func isAsClaimed() throws -> Bool {
    guard !subject.merged.isCoded else { return try judgedByCorrelation().verdict.isSilent }
    return try claimed() != nil
  }

  /// The plainest way to compute by which all of the weight is as claimed; nil when there is none.
  ///
  /// A sample says which ways are worth a look at everything.
  private func claimed() throws -> (outcome: Trial.Outcome, way: MergeArithmetic)? {
    let all = trial(.asClaimed(adapterCount))
    let sampled = try all.run(on: subject.sample(of: 16, size: 512))
    for (way, misfits) in zip(all.arithmetics, sampled.misfits) where misfits == 0 {
      let outcome = try Trial(
        subject: subject, explanation: all.explanation, arithmetics: [way], threads: threads
      ).run()
      if outcome.fits { return (outcome, way) }
    }
    return nil
  }

  private func trial(_ explanation: Explanation) -> Trial {
    Trial(
      subject: subject, explanation: explanation, arithmetics: arithmetics(for: explanation),
      threads: threads)
  }

  // MARK: As claimed

  private func held(
    _ outcome: Trial.Outcome, by way: MergeArithmetic
  ) throws -> AuditedModule {
    if subject.update.isIdle { return finding(.idle) }
    if outcome.isUntouched {
      return finding(
        .belowRounding, "\(subject.formats.merged.word) rounds the whole update away")
    }
    var result =
      outcome.isExact
      ? finding(.exact) : finding(.withinRounding, way.words)
    guard adapterCount > 1 else { return result }
    for adapter in 0..<adapterCount where subject.update.touches(adapter) {
      let without = trial(.lacking(adapter, of: adapterCount))
      if try without.run(on: subject.sample()).fits, try without.run().fits {
        result.untold.append(adapter)
      }
    }
    return result
  }

  // MARK: Otherwise

  /// Tries on a sample what was proposed, on the whole weight what fits there.
  private func explained() throws -> AuditedModule {
    let proposals = try ExplanationProposals(
      subject, areRankStabilized: areRankStabilized, threads: threads)
    var best: (found: AuditedModule, misfits: Int)?
    for explanation in proposals.plain {
      guard let (outcome, arithmetic) = try tried(explanation) else { continue }
      let found = named(explanation, outcome, arithmetic, proposals)
      if outcome.fits { return found }
      let misfits = outcome.misfits[0]
      if misfits < best?.misfits ?? .max { best = (found, misfits) }
    }
    guard try mayBePartial() else { return best?.found ?? unexplained(proposals) }
    for explanation in try proposals.partial() where try trial(explanation).run().fits {
      return partly(explanation)
    }
    return best?.found ?? unexplained(proposals)
  }

  /// Whether of a sample each element, or nearly, is as claimed or as in the base.
  private func mayBePartial() throws -> Bool {
    var misfits = 0
    let sample = subject.sample(of: 16, size: 512)
    for explanation in [.asClaimed(adapterCount), Explanation.untouched(adapterCount)] {
      var trial = trial(explanation)
      trial.stopsEarly = false
      let probe = try trial.run(on: sample)
      misfits += probe.misfits[probe.best]
    }
    return misfits * 10 <= sample.reduce(0) { $0 + $1.count } * 11
  }

  /// What all elements say to an explanation, by the way to compute that fits a sample best; nil
  /// where it does not fit that.
  private func tried(
    _ explanation: Explanation
  ) throws -> (outcome: Trial.Outcome, arithmetic: MergeArithmetic)? {
    var trial = trial(explanation)
    trial.stopsEarly = false
    let probe = try trial.run(on: subject.sample(of: 16, size: 512))
    // What was changed in a few places shows in a few; all else is another explanation.
    guard probe.misfits[probe.best] * 50 <= probe.elementCount else { return nil }
    let arithmetic = trial.arithmetics[probe.best]
    let whole = Trial(
      subject: subject, explanation: explanation, arithmetics: [arithmetic], stopsEarly: false,
      threads: threads)
    return (try whole.run(), arithmetic)
  }

  private func named(
    _ explanation: Explanation, _ outcome: Trial.Outcome, _ arithmetic: MergeArithmetic,
    _ proposals: ExplanationProposals
  ) -> AuditedModule {
    var result = finding(
      explanation.isTransposed ? .transposed : explanation.times > 1 ? .twice : .otherWeight,
      outcome.isExact ? nil : arithmetic.words)
    result.factors = explanation.factors.indices.map {
      subject.update.touches($0) ? explanation.factors[$0] * Double(explanation.times) : nil
    }
    result.cause = proposals.cause(of: explanation)
    let count = outcome.misfits[0]
    guard count > 0 else { return result }
    result.verdict = .changedAlso
    (result.misfitCount, result.firstMisfit) = (count, outcome.firstMisfits[0])
    result.detail =
      "\(count) of \(subject.elementCount) elements differ beyond rounding, the first is "
      + "\(outcome.firstMisfits[0] ?? 0)"
    return result
  }

  private func partly(_ explanation: Explanation) -> AuditedModule {
    var result = finding(.partly)
    let (total, kept, word) =
      explanation.rows.map { (subject.update.rows * subject.update.slabs.count, $0, "row") }
      ?? (subject.update.columns, explanation.columns ?? [], "column")
    result.detail = PartialTraces.words(kept, of: total, word)
    return result
  }

  private func unexplained(_ proposals: ExplanationProposals) -> AuditedModule {
    let estimate = proposals.straight
    let hasTrace = zip(estimate.factors, estimate.errors).contains { factor, error in
      abs(factor ?? 0) > max(0.05, 5 * (error ?? 0))
    }
    var result = finding(hasTrace ? .changedAlso : .changedOtherwise)
    (result.factors, result.errors) = (estimate.factors, estimate.errors)
    result.residual = estimate.residual
    return result
  }

  // MARK: In codes

  /// What was rounded to codes after the merge tells by correlation alone.
  private func judgedByCorrelation() throws -> AuditedModule {
    if subject.update.isIdle { return finding(.idle) }
    let sample = try SampledChange(subject, at: subject.sample(of: 64, size: 16_384))
    var result = finding(.correlated)
    let estimate = sample.estimate
    (result.factors, result.errors) = (estimate.factors, estimate.errors)
    result.residual = estimate.residual
    // Codes pull a change towards their levels by a percent or so, which is no error of the merge.
    let known = zip(estimate.factors, estimate.errors).compactMap { factor, error in
      factor.map { (factor: $0, slack: 0.05 + 4 * (error ?? 0)) }
    }
    if known.contains(where: { $0.slack > 0.4 }) || known.isEmpty {
      result.verdict = .undecided
      result.detail = "the update is too small beside the rounding to codes"
    } else if !sample.isChanged || known.allSatisfy({ abs($0.factor) <= $0.slack }) {
      result.verdict = .notApplied
    } else if known.contains(where: { abs($0.factor - 1) > $0.slack }) {
      result.verdict = .otherWeight
    }
    return result
  }
}
