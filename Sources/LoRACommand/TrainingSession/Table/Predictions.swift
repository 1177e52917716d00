import Reports
import Tables
import Tensors
import Training

/// Outputs of a network as CSV or JSON.
struct Predictions {
  let task: LearningTask
  let classes: [String]
  let targets: [String]
  let outputs: Int
  let showsLogits: Bool

  /// What the columns are called.
  var names: [String] {
    switch task {
    case .regression:
      targets.count == outputs
        ? targets : (0..<outputs).map { outputs == 1 ? "value" : "value\($0)" }
    case .classification:
      ["class"] + classes.map { (showsLogits ? "logit(" : "p(") + $0 + ")" }
    }
  }

  var header: String { names.map { csvField($0) }.joined(separator: ",") + "\n" }

  /// A record for each row of `outputs`, behind the row's `ids` if there are any.
  ///
  /// Logits are written in the fewest digits that read back as the same f64, all else as the same f32.
  func records(of outputs: Matrix<Double>, behind ids: ArraySlice<[String]>) -> String {
    let shown = shown(outputs)
    var text = ""
    for row in 0..<outputs.rows {
      if !ids.isEmpty {
        for id in ids[ids.startIndex + row] { text += csvField(id) + "," }
      }
      if task == .classification {
        text += csvField(classes[outputs.largest(inRow: row)]) + ","
      }
      text += shown[row: row].map { number($0).description }.joined(separator: ",") + "\n"
    }
    return text
  }

  /// A JSON object for each row of `outputs`, its texts `ids` under `idNames` first; a comma before each
  /// but the first of all.
  func objects(
    of outputs: Matrix<Double>, behind idNames: [String], _ ids: ArraySlice<[String]>, isFirst: Bool
  ) -> String {
    let shown = shown(outputs)
    var text = ""
    for row in 0..<outputs.rows {
      var values: [JSONTree] = ids.isEmpty ? [] : ids[ids.startIndex + row].map { .text($0) }
      if task == .classification { values.append(.text(classes[outputs.largest(inRow: row)])) }
      values += shown[row: row].map { jsonNumber($0) }
      let members = zip(idNames + names, values).map { JSONTree.Member($0, $1) }
      text += (isFirst && row == 0 ? "\n    " : ",\n    ") + JSONTree.object(members).jsonLine
    }
    return text
  }

  private func shown(_ outputs: Matrix<Double>) -> Matrix<Double> {
    task == .classification && !showsLogits ? outputs.softmaxRows : outputs
  }

  private func number(_ value: Double) -> any CustomStringConvertible {
    showsLogits ? value : Float(value)
  }

  /// The same digits as in CSV.
  private func jsonNumber(_ value: Double) -> JSONTree {
    .number(showsLogits ? value : Double(Float(value).description) ?? value)
  }
}
