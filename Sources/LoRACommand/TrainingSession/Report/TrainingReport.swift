import Kernels
import Reports
import Tables
import Tensors
import Training

/// What a run of `pretrain` or `train` did.
struct TrainingReport {
  let output: String
  let tables: TrainingTables
  let run: TrainingRun
  let seed: UInt64
  /// Nil where there was nothing before.
  let before: Evaluation?
  let own: Contender
  /// The parameters of the network without the adapter.
  let baseParameters: Int
  /// What full fine-tuning came to, when it was compared.
  var rival: Contender?
  /// The library that the adapter's beginning was computed by, whose last bits are the machine's.
  var decomposer: String?

  /// One way to train, to be set beside another.
  struct Contender {
    /// Parameters trained.
    let parameters: Int
    let after: Evaluation
    /// Steps taken in all, and those before this process.
    let steps: Int
    let earlierSteps: Int
    /// The step with the best validation, if there were any.
    let bestStep: Int?
    let seconds: Double
    let optimizerBytes: Int

    init<Net>(_ outcome: RunOutcome<Net>, parameters: Int, after: Evaluation) {
      (self.parameters, self.after) = (parameters, after)
      (steps, earlierSteps) = (outcome.steps, outcome.earlierSteps)
      (bestStep, seconds) = (outcome.bestStep, outcome.seconds)
      optimizerBytes = outcome.optimizerBytes
    }
  }

  /// The settings are for JSON only: a person has read them in `RunOpening`.
  var report: Report {
    var report = Report()
    report.add("output", "output", .text(output == "-" ? "standard output" : output))
    report.add("rows", "rows", .count(data.rows))
    if let held = tables.validation {
      report.add("validation_rows", "validation rows", .count(held.rows))
    }
    report.add(detail: "features", .integer(data.columns.count))
    report.add(detail: "classes", JSONTree(.integer(orMissing: data.classCount)))
    report.add("trained_parameters", "trained parameters", .count(own.parameters))
    report.add("base_parameters", "of a network of", .count(baseParameters))
    addSettings(&report)
    if let best = own.bestStep { report.add("best_step", "best step", .count(best)) }
    report.add("read_seconds", "reading", .seconds(tables.readSeconds))
    report.add("seconds", "training", .seconds(own.seconds))
    report.add("rows_per_second", "rows per second", Quantity(.number(speed), .grouped))
    report.add("optimizer_bytes", "optimizer memory", .bytes(own.optimizerBytes))
    report.add(
      "peak_memory_bytes", "peak memory",
      Quantity(.integer(orMissing: ProcessMemory.peak), .binaryBytes))
    report.add(
      "metrics", MetricsTable.table([("before", before), ("after", own.after)]))
    if let rival {
      let table = ComparisonTable(contenders: [("adapter", own), ("all weights", rival)])
      report.add(detail: "comparison", table.json)
      report.add(nil, table.text)
    }
    return report
  }

  private func addSettings(_ report: inout Report) {
    let (setup, optimizer) = (run.setup, run.setup.optimizer)
    let table = TableSummary(tables)
    report.add(detail: "decomposer", decomposer.map { .text($0) } ?? .null)
    report.add(detail: "columns", table.columns)
    report.add(detail: "targets", table.targets)
    report.add(detail: "class_rows", table.classRows)
    report.add(detail: "optimizer", .text(optimizer.kind.rawValue))
    report.add(detail: "learning_rate", .number(setup.learningRate))
    report.add(detail: "schedule", .text(setup.shape.rawValue))
    report.add(detail: "warmup_steps", .integer(pace.warmup))
    report.add(detail: "weight_decay", .number(optimizer.weightDecay))
    report.add(detail: "clip_norm", setup.clipNorm.map { .number($0) } ?? .null)
    report.add(detail: "batch_size", .integer(pace.batchSize))
    report.add(detail: "epochs", .number(epochs))
    report.add("steps", "steps", .count(own.steps))
    report.add(detail: "seed", Int(exactly: seed).map { .integer($0) } ?? .text("\(seed)"))
    report.add(detail: "threads", .integer(run.workers.count))
  }

  private var data: Dataset<Float> { tables.training }

  private var pace: RunPace { RunPace(run.setup, rows: data.rows) }

  private var epochs: Double { Double(own.steps) / Double(pace.stepsPerEpoch) }

  private var speed: Double {
    let share = Double(own.steps - own.earlierSteps) / Double(own.steps)
    return epochs * share * Double(data.rows) / max(own.seconds, 1e-9)
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
  /// Of values.
  var errors: (absolute: Double, root: Double, explained: Double) {
    if case .errors(let absolute, let root, let explained) = quality {
      (absolute, root, explained)
    } else {
      (.nan, .nan, .nan)
    }
  }
}
