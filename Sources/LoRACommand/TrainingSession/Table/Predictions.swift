import Kernels
import Reports
import Tables
import Tensors
import Training

/// Outputs of a network as CSV or JSON.
struct Predictions {
  /// What is said of a row.
  enum Kind {
    /// Numbers.
    case values
    /// The class with the largest output, and the probability of each, by softmax.
    case oneClass
    /// The classes that are more probable than not, and the probability of each, by the sigmoid.
    case severalClasses
  }

  let kind: Kind
  let classes: [String]
  let targets: [String]
  let outputs: Int
  let showsLogits: Bool

  /// What the columns are called.
  var names: [String] {
    let probabilities = classes.map { (showsLogits ? "logit(" : "p(") + $0 + ")" }
    switch kind {
    case .values:
      return targets.count == outputs
        ? targets : (0..<outputs).map { outputs == 1 ? "value" : "value\($0)" }
    case .oneClass: return ["class"] + probabilities
    case .severalClasses: return ["classes"] + probabilities
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
      if let said = said(outputs, row) { text += csvField(said.joined(separator: ";")) + "," }
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
      if let said = said(outputs, row) {
        values.append(kind == .oneClass ? .text(said[0]) : .array(said.map { .text($0) }))
      }
      values += shown[row: row].map { jsonNumber($0) }
      let members = zip(idNames + names, values).map { JSONTree.Member($0, $1) }
      text += (isFirst && row == 0 ? "\n    " : ",\n    ") + JSONTree.object(members).jsonLine
    }
    return text
  }

  /// The classes that are named for a row; nil where numbers are all that is said.
  private func said(_ outputs: Matrix<Double>, _ row: Int) -> [String]? {
    switch kind {
    case .values: nil
    case .oneClass: [classes[outputs.largest(inRow: row)]]
    case .severalClasses: classes.indices.filter { outputs[row, $0] > 0 }.map { classes[$0] }
    }
  }

  private func shown(_ outputs: Matrix<Double>) -> Matrix<Double> {
    guard !showsLogits else { return outputs }
    return switch kind {
    case .values: outputs
    case .oneClass: outputs.softmaxRows
    case .severalClasses:
      Matrix(
        columns: outputs.columns,
        elements: ElementaryFunction.sigmoid(Array(outputs.elements[..<outputs.count])))
    }
  }

  private func number(_ value: Double) -> any CustomStringConvertible {
    showsLogits ? value : Float(value)
  }

  /// The same digits as in CSV.
  private func jsonNumber(_ value: Double) -> JSONTree {
    .number(showsLogits ? value : Double(Float(value).description) ?? value)
  }
}
