import Containers
import Reports
import Tables
import Tensors

/// Writes predictions: a CSV record for each row, or one JSON object of all.
struct PredictionWriter {
  let form: Predictions
  /// The columns that stand in front.
  let idNames: [String]
  let rows: Int
  let asJSON: Bool

  /// `forEach` gives the outputs of some rows after the other, with what stands in front of each.
  func write(
    to output: TextOutputOptions, threads: Int,
    forEach: (_ write: (Matrix<Double>, ArraySlice<[String]>) throws -> Void) throws -> Void
  ) throws {
    var formulas = SpreadsheetFormulas()
    if !asJSON { formulas.note(idNames + form.names) }
    try output.write(threads: threads) { text in
      try text.write(
        asJSON
          ? "{\n  \"rows\": \(rows),\n  \"predictions\": ["
          : idNames.map { csvField($0) + "," }.joined() + form.header)
      var isFirst = true
      try forEach { outputs, kept in
        try Interruption.check()
        if asJSON {
          try text.write(form.objects(of: outputs, behind: idNames, kept, isFirst: isFirst))
        } else {
          formulas.note(kept.joined())
          try text.write(form.records(of: outputs, behind: kept))
        }
        isFirst = false
      }
      if asJSON { try text.write("\n  ]\n}\n") }
    }
    if let warning = formulas.warning { Warnings.say(warning) }
  }
}
