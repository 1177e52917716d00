import Kernels
import Tensors
import Testing
import Training

/// Errors, R² and the gain between two networks.
@Suite struct ValueScoresTests {
  @Test func `R² is the mean over the outputs that vary`() {
    let targets = Matrix<Float>(columns: 3, elements: [1, 10, 7, 2, 30, 7, 3, 20, 7, 6, 40, 7])
    let spread = ValueScores.spreads(of: targets)
    #expect(spread == [14, 500, 0])
    let scores = ValueScores(squared: [7, 100, 4], spread: spread, absolute: 12, rows: 4)
    #expect(scores.explained[0] == 0.5 && scores.explained[1] == 0.8)
    #expect(scores.explained[2].isNaN)
    #expect(scores.meanExplained == 0.65)
    #expect(scores.meanSquared == 111.0 / 12 && scores.meanAbsolute == 1)
    #expect(scores.baseline == (514.0 / 12).squareRoot())
  }

  @Test func `targets that are all the same have no R², however they round`() {
    let targets = Matrix<Float>(columns: 1, elements: Array(repeating: 0.1, count: 7))
    let scores = ValueScores(
      squared: [1], spread: ValueScores.spreads(of: targets), absolute: 1, rows: 7)
    #expect(scores.explained[0].isNaN && scores.meanExplained.isNaN && scores.baseline == 0)
  }

  @Test func `a gain is clear when it is more than its standard error`() {
    let before = [1.0, 2, 3, 4]
    #expect(PairedGain(before: before, after: [0.5, 1.5, 2.5, 3.5]).isClear)
    let mixed = PairedGain(before: before, after: [0, 3, 2, 4.5])
    #expect(mixed.mean == 0.125 && !mixed.isClear)
    #expect(abs(mixed.standardError - (3.1875 / 12).squareRoot()) < 1e-15)
    #expect(!PairedGain(before: before, after: before).isClear)
    #expect(!PairedGain(before: [2], after: [1]).isClear)
  }
}
