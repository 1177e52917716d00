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
    report.add("optimizer", "optimizer", .text(optimizer))
    report.add("batches", "batches", .text(batches))
    report.add("run", "run", .text(length))
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

  private var optimizer: String {
    let (setup, optimizer) = (run.setup, run.setup.optimizer)
    var parts = [
      "\(optimizer.kind.rawValue), learning rate \(Quantity.number(setup.learningRate).text)"
    ]
    let warmup = pace.warmup == 0 ? "" : " after \(counted(pace.warmup, "step")) of warm-up"
    parts.append("\(setup.shape.rawValue)\(warmup)")
    if optimizer.momentum > 0 {
      let name = optimizer.nesterov ? "Nesterov's momentum" : "momentum"
      parts.append("\(name) \(optimizer.momentum)")
    }
    if optimizer.betas != OptimizerChoice().betas {
      parts.append("betas \(optimizer.betas.0) and \(optimizer.betas.1)")
    }
    if optimizer.epsilon != OptimizerChoice().epsilon {
      parts.append("epsilon \(optimizer.epsilon)")
    }
    parts.append("weight decay \(Quantity.number(optimizer.weightDecay).text)")
    parts.append(setup.clipNorm.map { "gradient norm at most \($0)" } ?? "gradients as they are")
    return parts.joined(separator: ", ")
  }

  private var batches: String {
    let rows = counted(pace.batchSize, "row")
    let order =
      pace.stepSize == tables.training.rows
      ? "all at once" : run.setup.shuffles ? "shuffled each pass" : "in the file's order"
    let joined =
      run.setup.accumulation > 1 ? ", \(run.setup.accumulation) for each step" : ""
    return "\(rows), \(order)\(joined)"
  }

  private var length: String {
    let epochs = Quantity.number(pace.epochs).text + (pace.epochs == 1 ? " epoch" : " epochs")
    let patience =
      tables.validation == nil
      ? ""
      : run.patience.map { ", until \(counted($0, "validation")) in a row are no better" } ?? ""
    return "\(counted(pace.steps, "step")) (\(epochs))\(patience); seed \(seed), "
      + counted(run.workers.count, "thread")
  }

  private var pace: RunPace { RunPace(run.setup, rows: tables.training.rows) }
}

/// A number with its thousands apart.
func grouped(_ count: Int) -> String { Quantity.count(count).text }

/// A number and what it counts.
func counted(_ count: Int, _ noun: String) -> String {
  "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
}
