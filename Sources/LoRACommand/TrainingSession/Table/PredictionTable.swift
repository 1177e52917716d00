import Kernels
import Tables
import Training

/// A network, a table that it reads, and how its outputs are written.
struct PredictionTable<Net: TableNetwork<Double>> {
  let network: Net
  let dataset: Dataset<Double>
  let workers: Workers
  let form: Predictions

  /// Writes a CSV record for each row, or one JSON object of all, and says how many rows there were.
  func write(to output: TextOutputOptions, asJSON: Bool) throws -> Int {
    try PredictionWriter(
      form: form, idNames: dataset.keptNames, rows: dataset.rows, asJSON: asJSON
    ).write(to: output, threads: workers.count) { write in
      try network.forEachOutput(of: dataset.features, workers) { first, outputs in
        try write(
          outputs, dataset.kept.isEmpty ? [] : dataset.kept[first..<first + outputs.rows])
      }
    }
    return dataset.rows
  }
}
