import Reports
import Tensors
import Training

/// What a run is about to do: what was found in the table, and every setting in force.
struct RunOpening<Net: TableNetwork<Float>> {
  private let work: TrainingRun.Work<Net>
  private let run: TrainingRun
  private let method: String
  private let seed: UInt64
  private let decomposer: String?

  /// - Parameters:
  ///   - work: The network as training begins, and its rows.
  ///   - run: The settings.
  ///   - method: What is trained in it.
  ///   - seed: Of all chance.
  ///   - decomposer: The library that its beginning was computed by; nil when it needed none.
  init(
    _ work: borrowing TrainingRun.Work<Net>, _ run: TrainingRun, method: String, seed: UInt64,
    decomposer: String? = nil
  ) {
    (self.work, self.run, self.method, self.seed) = (copy work, run, method, seed)
    self.decomposer = decomposer
  }

  private var tables: TrainingTables { work.tables }
  private var network: Net { work.network }

  /// For a person; `TrainingReport` has the same in JSON.
  var report: Report {
    var report = Report()
    let table = TableSummary(tables)
    report.add(
      "table", "table",
      .text(
        "\(tables.file): \(counted(tables.training.rows, "row"))"
          + (tables.heldShare > 0 ? " to train on" : "")))
    report.add("features", "features", .text(table.features))
    report.add("target", "target", .text(table.target))
    if let text = table.preparation { report.add("prepared", "prepared", .text(text)) }
    report.add("validation", "validation", .text(table.validation))
    report.add("network", "network", .text(shape))
    report.add(
      "trained", "trained",
      .text("\(method): \(counted(network.trainedCount, "number"))"))
    if let decomposer {
      report.add(
        "decomposer", "begun with",
        .text("\(decomposer), whose last bits, and so this run's, are the machine's"))
    }
    report.add("optimizer", "optimizer", .text(words.optimizer))
    report.add("batches", "batches", .text(words.batches))
    report.add("run", "run", .text(words.length))
    return report
  }

  private var shape: String {
    let activation = network.activation.map { ", \($0.rawValue)" } ?? ""
    let loss =
      switch work.loss {
      case .softmaxCrossEntropy: "softmax cross-entropy"
      case .weightedCrossEntropy: "softmax cross-entropy, classes weighted"
      case .meanSquaredError: "mean squared error"
      case .binaryCrossEntropy: "binary cross-entropy"
      }
    return network.widths.map { grouped($0) }.joined(separator: " → ") + "\(activation); \(loss)"
  }

  private var words: RunWords {
    RunWords(
      run: run, rows: tables.training.rows, isWatched: tables.validation != nil, seed: seed)
  }
}

/// A number with its thousands apart.
func grouped(_ count: Int) -> String { Quantity.count(count).text }

/// A number and what it counts.
func counted(_ count: Int, _ noun: String) -> String {
  "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
}
