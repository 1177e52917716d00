import Reports
import Tables
import Tensors
import Training

/// Outputs of a network as CSV.
struct Predictions {
  let task: LearningTask
  let classes: [String]
  let targets: [String]
  let outputs: Int
  let showsLogits: Bool

  var header: String {
    switch task {
    case .regression:
      targets.count == outputs
        ? targets.map { csvField($0) }.joined(separator: ",") + "\n"
        : (0..<outputs).map { outputs == 1 ? "value" : "value\($0)" }.joined(separator: ",") + "\n"
    case .classification:
      (["class"] + classes.map { csvField((showsLogits ? "logit(" : "p(") + $0 + ")") })
        .joined(separator: ",") + "\n"
    }
  }

  /// A record for each row of `outputs`, behind the row's `ids` if there are any.
  ///
  /// Logits are written in the fewest digits that read back as the same f64, all else as the same f32.
  func records(of outputs: Matrix<Double>, behind ids: ArraySlice<[String]>) -> String {
    let shown =
      task == .classification && !showsLogits ? outputs.softmaxRows : outputs
    var text = ""
    for row in 0..<outputs.rows {
      if !ids.isEmpty {
        for id in ids[ids.startIndex + row] { text += csvField(id) + "," }
      }
      if task == .classification {
        text += csvField(classes[outputs.largest(inRow: row)]) + ","
      }
      text += shown[row: row].map(number).joined(separator: ",") + "\n"
    }
    return text
  }

  private func number(_ value: Double) -> String {
    showsLogits ? value.description : Float(value).description
  }
}
