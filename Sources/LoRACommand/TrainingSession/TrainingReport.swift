import Reports
import Tensors
import Training

/// What a run of `pretrain` or `train` did.
struct TrainingReport {
  let output: String
  let data: Dataset<Float>
  let run: TrainingRun
  let outcome: TrainingRun.Outcome
  let seed: UInt64
  /// Nil where there was nothing before.
  let before: Evaluation?
  let after: Evaluation
  /// Parameters trained, and those of the network without the adapter.
  let parameters: (trained: Int, base: Int)

  var report: Report {
    var report = Report()
    report.add("output", "output", .text(output == "-" ? "standard output" : output))
    report.add("rows", "rows", .count(data.rows))
    report.add("features", "features", .count(data.columns.count))
    report.add("classes", "classes", Quantity(.integer(orMissing: data.classCount)))
    report.add("trained_parameters", "trained parameters", .count(parameters.trained))
    report.add("base_parameters", "of a network of", .count(parameters.base))
    addSettings(&report)
    report.add("seconds", "time", .seconds(outcome.seconds))
    report.add("rows_per_second", "rows per second", Quantity(.number(speed), .grouped))
    report.add(
      "metrics", MetricsTable.table([("before", before), ("after", after)]))
    return report
  }

  private func addSettings(_ report: inout Report) {
    let options = run.options
    report.add("optimizer", "optimizer", .text(options.optimizer.rawValue))
    report.add("learning_rate", "learning rate", Quantity(.number(options.learningRate)))
    report.add("schedule", "schedule", .text(options.schedule.rawValue))
    report.add("warmup_steps", "warm-up steps", .count(options.warmup))
    report.add("weight_decay", "weight decay", Quantity(.number(options.weightDecay)))
    report.add(
      "clip_norm", "gradient norm limit", Quantity(options.clipNorm.map(Value.number) ?? .missing))
    report.add("batch_size", "batch size", .count(batchSize))
    report.add("epochs", "epochs", .number(epochs))
    report.add("steps", "steps", .count(outcome.steps))
    report.add("seed", "seed", Quantity(Int(exactly: seed).map(Value.integer) ?? .text("\(seed)")))
  }

  private var batchSize: Int {
    let asked = run.options.batchSize
    return asked == 0 ? data.rows : min(asked, data.rows)
  }

  private var epochs: Double {
    Double(outcome.steps) / Double((data.rows + batchSize - 1) / batchSize)
  }

  private var speed: Double {
    let share = Double(outcome.steps - outcome.earlierSteps) / Double(outcome.steps)
    return epochs * share * Double(data.rows) / max(outcome.seconds, 1e-9)
  }
}

/// Evaluations side by side.
enum MetricsTable {
  static func table(_ evaluations: [(name: String, evaluation: Evaluation?)]) -> Table {
    let rows = evaluations.compactMap { name, evaluation in
      evaluation.map { (name: name, evaluation: $0) }
    }
    var columns: [Column<(name: String, evaluation: Evaluation)>] = [
      Column("network") { $0.name },
      Column("loss", .significant(4)) { .number($0.evaluation.loss) },
    ]
    switch rows.last?.evaluation.quality {
    case .accuracy:
      columns.append(Column("accuracy", .percent) { Value.number($0.evaluation.accuracy ?? .nan) })
    case .errors:
      columns.append(Column("mae", .significant(4)) { .number($0.evaluation.errors.absolute) })
      columns.append(Column("rmse", .significant(4)) { .number($0.evaluation.errors.root) })
      columns.append(Column("r2", .significant(4)) { .number($0.evaluation.errors.explained) })
    case nil: break
    }
    return Table(rows, columns: columns)
  }
}

extension Evaluation {
  fileprivate var errors: (absolute: Double, root: Double, explained: Double) {
    if case .errors(let absolute, let root, let explained) = quality {
      (absolute, root, explained)
    } else {
      (.nan, .nan, .nan)
    }
  }
}
