/// Where a factor between what an adapter says and what is in a weight is likely to come from.
struct FactorCause: Sendable {
  let factor: Double
  let words: String

  /// The known ones, for a module of this rank and scaling.
  ///
  /// - Parameters:
  ///   - rank: r.
  ///   - scaling: alpha / r, or alpha / √r when rank-stabilized.
  ///   - weight: The user's weight.
  ///   - isRankStabilized: What the adapter's settings say.
  /// - Returns: Factors other than 1, each with its cause.
  static func known(
    rank: Int, scaling: Double, weight: Double, isRankStabilized: Bool
  ) -> [FactorCause] {
    let (r, root) = (Double(rank), Double(rank).squareRoot())
    let alpha = scaling * (isRankStabilized ? root : r)
    var found =
      isRankStabilized
      ? [
        FactorCause(
          factor: 1 / root, words: "alpha / rank for alpha / √rank: use_rslora was not followed"),
        FactorCause(factor: root, words: "alpha was not divided by √rank"),
      ]
      : [
        FactorCause(
          factor: root,
          words: "alpha / √rank for alpha / rank: rank-stabilized, as PEFT's use_rslora"),
        FactorCause(factor: r, words: "alpha was not divided by the rank"),
      ]
    found += [
      FactorCause(
        factor: 1 / scaling, words: "B·A was not scaled: alpha was lost, or read as the rank"),
      FactorCause(factor: scaling, words: "the scaling was applied twice"),
      FactorCause(
        factor: 1 / alpha, words: "alpha was read as 1, as kohya's scripts do where it is missing"),
      FactorCause(factor: 8 / alpha, words: "alpha was read as 8, PEFT's default"),
      FactorCause(factor: 1 / r, words: "divided by the rank once more"),
      FactorCause(factor: 1 / weight, words: "the weight \(weight) was left out"),
      FactorCause(factor: weight, words: "the weight \(weight) was applied twice"),
      FactorCause(factor: -1, words: "it was taken out instead of added"),
    ]
    return found.filter { $0.factor.isFinite && $0.factor != 0 && $0.factor != 1 }
  }

  /// The causes that give this factor.
  static func words(of factor: Double, among known: [FactorCause], tolerance: Double) -> String? {
    var found: [String] = []
    for cause in known
    where abs(cause.factor - factor) <= tolerance * abs(factor) && !found.contains(cause.words) {
      found.append(cause.words)
    }
    return found.isEmpty ? nil : found.prefix(2).joined(separator: "; or ")
  }
}
