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
  let before: TableScores?
  let own: Contender
  /// The parameters of the network without the adapter.
  let baseParameters: Int
  /// The library that the adapter's beginning was computed by, whose last bits are the machine's.
  var decomposer: String?
  /// What full fine-tuning came to, when it was compared.
  var rival: Contender?

  /// One way to train, to be set beside another.
  struct Contender {
    /// Parameters trained.
    let parameters: Int
    let after: TableScores
    /// Steps taken in all, and those before this process.
    let steps: Int
    let earlierSteps: Int
    /// The step with the best validation, 0 for the network as it began; nil without validations.
    let bestStep: Int?
    /// How many validations without a better one ended the run, if they did.
    let idleValidations: Int?
    let seconds: Double
    let optimizerBytes: Int

    init<Net>(_ outcome: RunOutcome<Net>, parameters: Int, after: TableScores) {
      (self.parameters, self.after) = (parameters, after)
      (steps, earlierSteps) = (outcome.steps, outcome.earlierSteps)
      (bestStep, seconds) = (outcome.bestStep, outcome.seconds)
      (idleValidations, optimizerBytes) = (outcome.idleValidations, outcome.optimizerBytes)
    }
  }

  /// The settings are for JSON only: a person has read them in `RunOpening`.
  var report: Report {
    var report = Report()
    report.add("output", "output", .text(output == "-" ? "standard output" : output))
    report.add("rows", "training rows", .count(data.rows))
    if let held = tables.validation {
      report.add("validation_rows", "\(tables.validationRows.rawValue) rows", .count(held.rows))
    }
    report.add(detail: "features", .integer(data.columns.count))
    report.add(detail: "classes", JSONTree(.integer(orMissing: data.classCount)))
    report.add("trained_parameters", "trained parameters", .count(own.parameters))
    report.add("base_parameters", "of a network of", .count(baseParameters))
    addSettings(&report)
    addEnding(&report)
    report.add("read_seconds", "reading", .seconds(tables.readSeconds))
    report.add("seconds", "training", .seconds(own.seconds))
    report.add("rows_per_second", "rows per second", Quantity(.number(speed), .grouped))
    report.add("optimizer_bytes", "optimizer memory", .bytes(own.optimizerBytes))
    report.add(
      "peak_memory_bytes", "peak memory",
      Quantity(.integer(orMissing: ProcessMemory.peak), .binaryBytes))
    MetricsTable([("before", before), ("after", own.after)]).add(to: &report)
    if own.bestStep == 0 {
      report.add(
        note: "No step made the \(tables.validationRows.rawValue) rows' loss clearly lower: "
          + "kept is the network as the run began.")
    }
    if let rival {
      let table = ComparisonTable(contenders: [("adapter", own), ("all weights", rival)])
      report.add(detail: "comparison", table.json)
      report.add(nil, table.text)
    }
    return report
  }

  /// How the run ended, and which of its networks was kept.
  private func addEnding(_ report: inout Report) {
    report.add(
      "stopped", "stopped",
      Quantity(
        .text(
          orMissing: own.idleValidations.map {
            counted($0, "validation") + " without a better one"
          })))
    switch own.bestStep {
    case nil: break
    case 0?: report.add(detail: "best_step", .integer(0))
    case let best?: report.add("best_step", "best step", .count(best))
    }
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
