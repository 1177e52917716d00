import Adapters
import Containers
import Kernels
import Models
import Tensors

/// Makes the adapter that best explains the difference between two checkpoints.
///
/// Matrices become low-rank pairs, everything else that changed is stored whole, so that base and
/// adapter account for every changed byte up to the reported errors. One tensor's difference is in
/// memory at a time, and what the adapter holds. A budget takes two passes: one to see where it buys
/// the most, one to decompose.
package struct Extract: Sendable {
  package let base: Checkpoint
  package let tuned: Checkpoint
  package let ranks: RankChoice
  package let threads: Int
  /// The start of the random numbers in sketches.
  package var seed: UInt64 = 0
  /// Which matrices become low-rank pairs; the others that changed are left out and named.
  package var isIncluded: @Sendable (String) -> Bool = { _ in true }
  /// Whether what is no matrix goes along whole; else it is left out and named.
  package var savesOthers = true
  /// Called with the bytes of the base done since the last call.
  package var onProgress: @Sendable (_ bytes: Int) -> Void = { _ in }

  package init(base: Checkpoint, tuned: Checkpoint, ranks: RankChoice, threads: Int) {
    (self.base, self.tuned, self.ranks, self.threads) = (base, tuned, ranks, threads)
  }

  /// Bytes of the base that a run reads.
  package var byteCount: Int {
    if case .budget = ranks { 2 * base.dataSize } else { base.dataSize }
  }

  /// Reads, decomposes and puts the adapter together.
  ///
  /// - Throws: `ErrorList` for checkpoints that do not go together and for ranks that matrices do not
  ///   have; `AdapterError.mismatch` when nothing differs or nothing can be kept;
  ///   `AdapterError.tensor` for values that are not finite; `ContainerError`.
  package func run() throws -> Extraction {
    for checkpoint in [base, tuned] {
      if let tensor = CodedWeights.sign(in: checkpoint.entries) {
        throw QuantizationError.notInFull(file: checkpoint.path, tensor: tensor)
      }
    }
    let pair = CheckpointPair(base, tuned, threads: threads)
    try pair.requireSameTensors()
    let targets = try targets()
    var findings = Findings(count: pair.members.count)
    let digests = FingerprintBuilder(pair.members.map(\.base.entry))
    for (index, member) in pair.members.enumerated() {
      try visit(member, index, of: pair, targets, digests, &findings)
      onProgress(member.base.entry.byteCount)
    }
    try pair.finish()
    guard findings.errors.isEmpty else { throw ErrorList(findings.errors) }
    guard findings.unchangedCount < pair.members.count else {
      throw AdapterError.mismatch(
        file: tuned.path,
        problem: "differs in no tensor from \(escaped(base.path)); there is nothing to extract: "
          + "are these the two files that were meant?")
    }
    return try Extraction(self, findings, baseFingerprint: digests.fingerprint())
  }

  /// What a pass has found.
  struct Findings {
    var matrices: [ExtractedMatrix] = []
    /// Changed tensors to store whole, in the order of the base.
    var others: [TensorEntry] = []
    var leftOut: [LeftOutTensor] = []
    var unchangedCount = 0
    var errors: [any ReportableError] = []

    init(count: Int) { matrices.reserveCapacity(count) }
  }

  private var isConv1D: Bool {
    get throws { try base.configuration?.isConv1D ?? false }
  }

  private func visit(
    _ member: CheckpointPair.Member, _ index: Int, of pair: CheckpointPair,
    _ targets: [ExactString: RankTarget]?, _ digests: FingerprintBuilder, _ findings: inout Findings
  ) throws {
    let entry = member.base.entry
    guard case .pair(let isTurned) = try ExtractionPlace(entry, isConv1D: isConv1D) else {
      guard try pair.isChanged(member, digests: (digests, index)) else {
        findings.unchangedCount += 1
        return
      }
      if savesOthers {
        findings.others.append(entry)
      } else {
        findings.leftOut.append(LeftOutTensor(name: entry.name, reason: .notAsked))
      }
      return
    }
    let difference = try pair.difference(of: member, digests: (digests, index))
    guard difference.isChanged else {
      findings.unchangedCount += 1
      return
    }
    guard isIncluded(entry.name) else {
      findings.leftOut.append(LeftOutTensor(name: entry.name, reason: .notAsked))
      return
    }
    if case .each(.rank(let rank)) = ranks, rank > difference.matrix.smallerSide {
      findings.errors.append(tooHigh(rank, for: difference))
    }
    guard findings.errors.isEmpty else { return }
    guard let target = targets.map({ $0[ExactString(entry.name)] }) ?? eachTarget else {
      findings.leftOut.append(LeftOutTensor(name: entry.name, reason: .budget))
      return
    }
    findings.matrices.append(
      try decompose(difference, isTurned: isTurned, to: target))
  }

  private func tooHigh(_ rank: Int, for difference: WeightDifference) -> AdapterError {
    let side = difference.matrix.smallerSide
    return .tensor(
      file: tuned.path, name: difference.entry.name,
      problem: "expected a rank of at most \(side) for \(difference.entry.shape), found \(rank); "
        + "lower --rank, or give --max-rank \(rank) in its place, which takes what each has")
  }

  private var eachTarget: RankTarget? {
    if case .each(let target) = ranks { target } else { nil }
  }

  // MARK: Decompositions

  private func decompose(
    _ difference: WeightDifference, isTurned: Bool, to target: RankTarget
  ) throws -> ExtractedMatrix {
    var search = LeadingSearch(target, workers: Workers(count: threads))
    search.seed = seed
    do throws(NoDecomposition) {
      let started = ContinuousClock.now
      let found = try search.run(on: difference.matrix)
      let taken = (ContinuousClock.now - started).components
      return ExtractedMatrix(
        found, of: difference.entry, isTurned: isTurned,
        seconds: Double(taken.seconds) + Double(taken.attoseconds) * 1e-18)
    } catch {
      throw AdapterError.tensor(
        file: tuned.path, name: difference.entry.name,
        problem: "its difference is too large to decompose, or LAPACK fails on it")
    }
  }

  /// The rank of each matrix that a budget gives one; nil without a budget.
  private func targets() throws -> [ExactString: RankTarget]? {
    guard case .budget(let parameters, let most) = ranks else { return nil }
    let pair = CheckpointPair(base, tuned, threads: threads)
    var (names, candidates): ([String], [RankAllocation.Candidate]) = ([], [])
    for member in pair.members {
      let entry = member.base.entry
      if case .pair = try ExtractionPlace(entry, isConv1D: isConv1D), isIncluded(entry.name) {
        let difference = try pair.difference(of: member)
        if difference.isChanged {
          names.append(entry.name)
          candidates.append(try candidate(difference, parameters, most))
        }
      }
      onProgress(entry.byteCount)
    }
    let allocation = RankAllocation(candidates, budget: parameters)
    guard candidates.isEmpty || allocation.parameterCount > 0 else {
      throw AdapterError.mismatch(
        file: tuned.path,
        problem: "a budget of \(parameters) parameters does not pay for one rank of any matrix; "
          + "the cheapest costs \(candidates.map(\.cost).min() ?? 0)")
    }
    let pairs = zip(names, allocation.ranks).filter { $0.1 > 0 }
    return Dictionary(uniqueKeysWithValues: pairs.map { (ExactString($0.0), .rank($0.1)) })
  }

  private func candidate(
    _ difference: WeightDifference, _ parameters: Int, _ most: Int
  ) throws -> RankAllocation.Candidate {
    let matrix = difference.matrix
    let limit = min(most, matrix.smallerSide, max(1, parameters / (matrix.rows + matrix.columns)))
    var search = LeadingSearch(rank: limit, workers: Workers(count: threads))
    search.seed = seed
    do throws(NoDecomposition) {
      let spectrum = try search.estimate(on: matrix)
      return RankAllocation.Candidate(
        gains: spectrum.values.prefix(limit).map { $0 * $0 }, cost: matrix.rows + matrix.columns)
    } catch {
      throw AdapterError.tensor(
        file: tuned.path, name: difference.entry.name,
        problem: "its difference is too large to decompose, or LAPACK fails on it")
    }
  }
}
