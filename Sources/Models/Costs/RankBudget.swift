/// Which ranks and targets fit into a limit.
package struct RankBudget: Sendable {
  /// What is limited.
  package enum Limit: Sendable, Equatable {
    /// Trained parameters.
    case parameters(Int)
    /// Bytes while training.
    case memory(Int)
  }

  /// What fits of one method and one set of targets.
  package struct Fit: Sendable, Equatable {
    /// Nil when only parameters are limited.
    package let method: TrainingMethod?
    /// Nil for a full fine-tune, which has none.
    package let targets: TargetSet?
    /// The largest rank that fits and is of use; nil when not even rank 1 fits.
    package let rank: Int?
    /// Trained parameters at that rank, else at rank 1.
    package let parameters: Int
    /// Bytes while training at that rank, else at rank 1; nil when only parameters are limited.
    package let bytes: Int?

    package var fits: Bool { rank != nil }
  }

  package let limit: Limit
  /// From the narrowest set of targets to the widest, LoRA before QLoRA in each, a full fine-tune
  /// first of all.
  package let fits: [Fit]

  /// Tries `sets` on `model`.
  ///
  /// - Throws: what `TrainingMemory` throws.
  package init(
    _ limit: Limit, for model: ModelOutline, _ sets: [TargetSet], _ setup: TrainingSetup
  ) throws(ModelOutlineError) {
    self.limit = limit
    var fits: [Fit] = []
    switch limit {
    case .parameters(let count):
      for targets in sets {
        let rank = min(count / targets.parametersPerRank, targets.largestUsefulRank)
        fits.append(
          Fit(
            method: nil, targets: targets, rank: rank > 0 ? rank : nil,
            parameters: max(rank, 1) * targets.parametersPerRank, bytes: nil))
      }
    case .memory(let bytes):
      if let widest = sets.last {
        let full = try TrainingMemory(.full, of: model, widest, rank: 1, setup).total
        fits.append(
          Fit(
            method: .full, targets: nil, rank: full <= bytes ? 0 : nil,
            parameters: model.parameterCount, bytes: full))
      }
      for targets in sets {
        for method in [TrainingMethod.lora, .qlora] {
          fits.append(try Self.fit(method, model, targets, setup, into: bytes))
        }
      }
    }
    self.fits = fits
  }

  /// What to take: the widest set of targets of which any rank fits, at its largest rank; of two
  /// methods the one that leaves the base as it is.
  ///
  /// Low rank on many matrices beats high rank on few at the same count of parameters.
  ///
  /// Source: Hu et al. 2021, LoRA, section 7.1 and table 5; Dettmers et al. 2023, QLoRA, section 4.
  package var answer: Fit? {
    let adapters = fits.filter { $0.fits && $0.targets != nil }
    guard let widest = adapters.map({ $0.targets?.modules.count ?? 0 }).max() else { return nil }
    return adapters.first { $0.targets?.modules.count == widest }
  }

  /// Memory grows with the rank, so the largest that fits is found by halving.
  private static func fit(
    _ method: TrainingMethod, _ model: ModelOutline, _ targets: TargetSet, _ setup: TrainingSetup,
    into limit: Int
  ) throws(ModelOutlineError) -> Fit {
    func bytes(_ rank: Int) throws(ModelOutlineError) -> Int {
      try TrainingMemory(method, of: model, targets, rank: rank, setup).total
    }
    var (low, high) = (0, targets.largestUsefulRank)
    while low < high {
      let middle = (low + high + 1) / 2
      if try bytes(middle) <= limit { low = middle } else { high = middle - 1 }
    }
    return Fit(
      method: method, targets: targets, rank: low > 0 ? low : nil,
      parameters: max(low, 1) * targets.parametersPerRank, bytes: try bytes(max(low, 1)))
  }
}
