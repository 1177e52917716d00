import Reports
import Training

/// A measure of quality as reports show it.
struct ScoreMeasure {
  /// In JSON.
  let key: String
  /// For a person.
  let label: String
  let format: Format
  let value: @Sendable (Evaluation) -> Double?

  /// What is shown beside the loss of networks for the task that `evaluation` is of.
  static func measures(like evaluation: Evaluation?) -> [ScoreMeasure] {
    switch evaluation?.quality {
    case .classes(let scores):
      let accuracy = ScoreMeasure(key: "accuracy", label: "accuracy", format: .percent) {
        $0.classes?.accuracy
      }
      let f1 =
        scores.rows.count == 2
        ? ScoreMeasure(key: "f1", label: "F1", format: .significant(4)) { $0.classes?.f1(of: 1) }
        : ScoreMeasure(key: "macro_f1", label: "macro F1", format: .significant(4)) {
          $0.classes?.macroF1
        }
      return [accuracy, f1]
    case .values:
      return [
        ScoreMeasure(key: "mae", label: "MAE", format: .significant(4)) { $0.values?.meanAbsolute },
        ScoreMeasure(key: "rmse", label: "RMSE", format: .significant(4)) {
          $0.values?.rootMeanSquare
        },
        ScoreMeasure(key: "r2", label: "R²", format: .significant(4)) { $0.values?.meanExplained },
      ]
    case nil: return []
    }
  }

  /// A column of it, in a table of rows that each have an evaluation.
  func column<Row>(_ evaluation: @escaping @Sendable (Row) -> Evaluation?) -> Column<Row> {
    Column(key, label: label, format) { [value] row in
      .number(orMissing: evaluation(row).flatMap(value).flatMap { $0.isNaN ? nil : $0 })
    }
  }
}
