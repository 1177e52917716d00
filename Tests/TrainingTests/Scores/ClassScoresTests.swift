import Testing
import Training

/// Precision, recall, F1 and their averages.
@Suite struct ClassScoresTests {
  private func scores(_ pairs: [(Int, Int)], classes: Int) -> ClassScores {
    var scores = ClassScores(classes: classes)
    for (label, guess) in pairs { scores.note(label: label, guess: guess) }
    return scores
  }

  /// By scikit-learn 1.9.1's `precision_recall_fscore_support` and `f1_score`.
  @Test func `scores are those of the counts`() {
    let scores = scores(
      [(0, 0), (0, 0), (0, 1), (1, 1), (1, 0), (1, 1), (1, 1), (2, 1), (2, 2)], classes: 3)
    #expect(scores.accuracy == 6.0 / 9)
    #expect((0..<3).map(scores.precision(of:)) == [2.0 / 3, 3.0 / 5, 1])
    #expect((0..<3).map(scores.recall(of:)) == [2.0 / 3, 3.0 / 4, 0.5])
    #expect((0..<3).allSatisfy { abs(scores.f1(of: $0) - 2.0 / 3) < 1e-15 })
    #expect(abs(scores.macroF1 - 2.0 / 3) < 1e-15 && abs(scores.weightedF1 - 2.0 / 3) < 1e-15)
    #expect(scores.mostFrequent == 1)
  }

  @Test func `what divides by nothing is 0, and a class that does not occur is in no average`() {
    // Class 1 is only guessed, class 2 only there, class 3 neither.
    let scores = scores([(0, 0), (0, 0), (2, 1)], classes: 4)
    #expect((0..<4).map(scores.precision(of:)) == [1, 0, 0, 0])
    #expect((0..<4).map(scores.recall(of:)) == [1, 0, 0, 0])
    #expect(scores.macroF1 == 1.0 / 3 && scores.weightedF1 == 2.0 / 3)
    #expect(scores.rowCount == 3 && scores.rows == [2, 0, 1, 0])
  }

  @Test func `no rows have no scores, and none is a fault`() {
    let scores = ClassScores(classes: 2)
    #expect(scores.accuracy == 0 && scores.macroF1 == 0 && scores.weightedF1 == 0)
  }
}
