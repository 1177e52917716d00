import Reports
import Tensors
import Training

/// What a run is about to do: what was found in the table, and every setting in force.
struct RunOpening {
  private let tables: TrainingTables
  private let run: TrainingRun
  private let network: MultilayerPerceptron<Float>
  private let method: String
  private let seed: UInt64
  /// The library that the adapter's beginning was computed by; nil when it needed none.
  var decomposer: String?

  /// - Parameters:
  ///   - tables: As they are trained and validated on.
  ///   - run: The settings.
  ///   - network: As training begins.
  ///   - method: What is trained in it.
  ///   - seed: Of all chance.
  init(
    _ tables: TrainingTables, _ run: TrainingRun, _ network: MultilayerPerceptron<Float>,
    method: String, seed: UInt64
  ) {
    (self.tables, self.run, self.network) = (tables, run, network)
    (self.method, self.seed) = (method, seed)
  }

  /// For a person; `TrainingReport` has the same in JSON.
  var report: Report {
    var report = Report()
    let table = TableSummary(tables)
    report.add("table", "table", .text("\(tables.file): \(counted(tables.training.rows, "row"))"))
    report.add("features", "features", .text(table.features))
    report.add("target", "target", .text(table.target))
    if let text = table.preparation { report.add("prepared", "prepared", .text(text)) }
    if let text = table.validation { report.add("validation", "validation", .text(text)) }
    report.add("network", "network", .text(shape))
    report.add(
      "trained", "trained",
      .text("\(method): \(counted(network.trainedCount, "number"))"))
    if let decomposer {
      report.add(
        "decomposer", "begun with",
        .text("\(decomposer), whose last bits, and so this run's, are the machine's"))
    }
    report.add("optimizer", "optimizer", .text(optimizer))
    report.add("batches", "batches", .text(batches))
    report.add("run", "run", .text(length))
    return report
  }

  private var shape: String {
    let sizes = [network.inputs] + network.layers.map(\.linear.outputs)
    let activation = network.layers.first?.activation.map { ", \($0.rawValue)" } ?? ""
    let loss =
      switch network.loss {
      case .softmaxCrossEntropy: "softmax cross-entropy"
      case .weightedCrossEntropy: "softmax cross-entropy, classes weighted"
      case .meanSquaredError: "mean squared error"
      }
    return sizes.map { grouped($0) }.joined(separator: " → ") + "\(activation); \(loss)"
  }

  private var optimizer: String {
    let options = run.options
    var parts = [
      "\(options.optimizer.rawValue), learning rate \(Quantity.number(run.learningRate).text)"
    ]
    let warmup = pace.warmup == 0 ? "" : " after \(counted(pace.warmup, "step")) of warm-up"
    parts.append("\(options.schedule.rawValue)\(warmup)")
    if options.momentum > 0 {
      parts.append("\(options.nesterov ? "Nesterov's momentum" : "momentum") \(options.momentum)")
    }
    parts.append("weight decay \(Quantity.number(options.weightDecay).text)")
    parts.append(options.clipNorm.map { "gradient norm at most \($0)" } ?? "gradients as they are")
    return parts.joined(separator: ", ")
  }

  private var batches: String {
    let rows = counted(pace.batchSize, "row")
    let order =
      pace.batchSize == tables.training.rows
      ? "all at once" : run.options.noShuffle ? "in the file's order" : "shuffled each pass"
    let joined =
      run.options.accumulate > 1 ? ", \(run.options.accumulate) for each step" : ""
    return "\(rows), \(order)\(joined)"
  }

  private var length: String {
    let epochs = Quantity.number(pace.epochs).text + (pace.epochs == 1 ? " epoch" : " epochs")
    let patience =
      run.validation.patience.map {
        ", until \(counted($0, "validation")) in a row are no better"
      } ?? ""
    return "\(counted(pace.steps, "step")) (\(epochs))\(patience); seed \(seed), "
      + counted(run.workers.count, "thread")
  }

  private var pace: RunPace { RunPace(run.options, rows: tables.training.rows) }
}

/// A number with its thousands apart.
func grouped(_ count: Int) -> String { Quantity.count(count).text }

/// A number and what it counts.
func counted(_ count: Int, _ noun: String) -> String {
  "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
}
