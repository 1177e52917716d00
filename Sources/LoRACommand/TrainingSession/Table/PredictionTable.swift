import Containers
import Kernels
import Reports
import Tables
import Tensors
import Training

/// A network, a table that it reads, and how its outputs are written.
struct PredictionTable<Net: TableNetwork<Double>> {
  let network: Net
  let dataset: Dataset<Double>
  let workers: Workers
  let form: Predictions

  /// Writes a CSV record for each row, or one JSON object of all, and says how many rows there were.
  func write(to output: TextOutputOptions, asJSON: Bool) throws -> Int {
    var formulas = SpreadsheetFormulas()
    let ids = dataset.keptNames
    if !asJSON { formulas.note(ids + form.names) }
    try output.write(threads: workers.count) { text in
      try text.write(
        asJSON
          ? "{\n  \"rows\": \(dataset.rows),\n  \"predictions\": ["
          : ids.map { csvField($0) + "," }.joined() + form.header)
      try network.forEachOutput(of: dataset.features, workers) { first, outputs in
        try Interruption.check()
        let kept = dataset.kept.isEmpty ? [] : dataset.kept[first..<first + outputs.rows]
        if asJSON {
          try text.write(form.objects(of: outputs, behind: ids, kept, isFirst: first == 0))
        } else {
          formulas.note(kept.joined())
          try text.write(form.records(of: outputs, behind: kept))
        }
      }
      if asJSON { try text.write("\n  ]\n}\n") }
    }
    if let warning = formulas.warning { Warnings.say(warning) }
    return dataset.rows
  }
}
