import Kernels
import Reports
import Training

/// What comes of saying the same for every row: the most frequent class, or the mean of each target.
enum Baseline {
  /// Evaluated on the rows that `evaluation` is of, whose own most frequent class or mean it says.
  static func evaluation(like evaluation: Evaluation) -> Evaluation {
    switch evaluation.quality {
    case .classes(let scores):
      var same = ClassScores(classes: scores.rows.count)
      for id in scores.rows.indices {
        for _ in 0..<scores.rows[id] { same.note(label: id, guess: scores.mostFrequent) }
      }
      return Evaluation(rows: evaluation.rows, loss: .nan, quality: .classes(same))
    case .values(let scores):
      return Evaluation(
        rows: evaluation.rows, loss: scores.baseline * scores.baseline,
        quality: .values(
          ValueScores(
            squared: scores.spread, spread: scores.spread, absolute: .nan, rows: scores.rows)))
    }
  }

  /// As `most frequent class` or `mean`.
  static func name(for evaluation: Evaluation) -> String {
    evaluation.classes == nil ? "mean" : "most frequent class"
  }
}
