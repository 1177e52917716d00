import Tensors
import Testing
import Training

/// ROC AUC and average precision.
@Suite struct RankingTests {
  typealias Row = (score: Double, isPositive: Bool)

  /// Of each pair of a positive and a negative row: 1 in order, ½ when equal.
  private func areaByPairs(_ rows: [Row]) -> Double {
    var (sum, pairs) = (0.0, 0.0)
    for one in rows where one.isPositive {
      for other in rows where !other.isPositive {
        sum += one.score > other.score ? 1 : one.score == other.score ? 0.5 : 0
        pairs += 1
      }
    }
    return sum / pairs
  }

  /// Recall and precision at each different score.
  private func precisionByThresholds(_ rows: [Row]) -> Double {
    let positives = Double(rows.count(where: \.isPositive))
    var (sum, recall) = (0.0, 0.0)
    for threshold in Set(rows.map(\.score)).sorted(by: >) {
      let taken = rows.filter { $0.score >= threshold }
      let hits = Double(taken.count(where: \.isPositive))
      sum += (hits / positives - recall) * hits / Double(taken.count)
      recall = hits / positives
    }
    return sum
  }

  @Test(arguments: [1, 2, 5, 1000])
  func `both are what their definitions say, with ties and without`(levels: Int) throws {
    var generator = Generator(seed: 4)
    for _ in 0..<20 {
      let rows: [Row] = (0..<60).map { _ in
        let isPositive = generator.next(below: 3) == 0
        return (Double(generator.next(below: levels) + (isPositive ? 1 : 0)), isPositive)
      }
      let ranking = Ranking(rows)
      let area = try #require(ranking.areaUnderROC)
      let precision = try #require(ranking.averagePrecision)
      #expect(abs(area - areaByPairs(rows)) < 1e-12)
      #expect(abs(precision - precisionByThresholds(rows)) < 1e-12)
      #expect(Ranking(rows.reversed()) == ranking)
    }
  }

  @Test(
    arguments: [[], [(1, true)], [(1, false), (2, false)], [(.nan, true), (1, false)]] as [[Row]])
  func `without both kinds, or with a score that is no number, there is none`(rows: [Row]) {
    let ranking = Ranking(rows)
    #expect(ranking.areaUnderROC == nil && ranking.averagePrecision == nil)
  }
}
