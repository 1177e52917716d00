/// How well a score sorts the rows of one class, the positive ones, before all others.
///
/// Rows of equal scores are taken together. Nil where rows of one of the two kinds are missing, or a
/// score is not a number. Source: scikit-learn's `roc_auc_score` and `average_precision_score`.
package struct Ranking: Sendable, Equatable {
  /// The area under the curve of recall over the share of negative rows taken: the probability that a
  /// positive row has the higher score than a negative one, half of it where they are equal.
  package let areaUnderROC: Double?
  /// Σ (recall_k - recall_{k-1})·precision_k over the scores as thresholds, from the highest on.
  package let averagePrecision: Double?

  /// Of rows with these scores.
  package init(_ scored: [(score: Double, isPositive: Bool)]) {
    let positives = scored.count(where: \.isPositive)
    let negatives = scored.count - positives
    guard positives > 0, negatives > 0, !scored.contains(where: \.score.isNaN) else {
      (areaUnderROC, averagePrecision) = (nil, nil)
      return
    }
    let sorted = scored.sorted { $0.score > $1.score }
    // Pairs in the right order count two, equal ones one.
    var (pairs, precision) = (0, 0.0)
    var (hits, taken) = (0, 0)
    while taken < sorted.count {
      let score = sorted[taken].score
      let group = sorted[taken...].prefix { $0.score == score }
      let found = group.count(where: \.isPositive)
      pairs += (group.count - found) * (2 * hits + found)
      taken += group.count
      hits += found
      precision += Double(found) * Double(hits) / Double(taken)
    }
    areaUnderROC = Double(pairs) / Double(2 * positives) / Double(negatives)
    averagePrecision = precision / Double(positives)
  }
}
