import Kernels
import Reports
import Tensors
import Training

/// What a run of `train` on text did.
struct TextTrainingReport {
  let output: String
  let work: TextWork
  let run: TrainingRun
  let seed: UInt64
  let decomposer: String?
  let outcome: RunOutcome<Transformer<Float>>
  let before: TextWork.Standing
  let after: TextWork.Standing

  var report: Report {
    var report = Report()
    let rows = work.rows
    report.add("output", "output", .text(output == "-" ? "standard output" : output))
    report.add("rows", "training rows", .count(rows.training.count))
    if !rows.held.isEmpty {
      report.add("validation_rows", "held-out rows", .count(rows.held.count))
    }
    addText(&report)
    report.add("trained_parameters", "trained parameters", .count(outcome.network.trainedCount))
    report.add("base_parameters", "of a network of", .count(outcome.network.parameterCount))
    addSettings(&report)
    addEnding(&report)
    report.add("read_seconds", "reading", .seconds(rows.seconds))
    report.add("seconds", "training", .seconds(outcome.seconds))
    report.add("tokens_per_second", "tokens per second", Quantity(.number(speed), .grouped))
    report.add("optimizer_bytes", "optimizer memory", .bytes(outcome.optimizerBytes))
    report.add(
      "peak_memory_bytes", "peak memory",
      Quantity(.integer(orMissing: ProcessMemory.peak), .binaryBytes))
    if let first = before.look, let last = after.look {
      report.add("metrics", metrics([("before", first), ("after", last)]))
    }
    if outcome.bestStep == 0 {
      report.add(
        note: "No step made the held-out rows' loss lower: kept is the adapter as the run began.")
    }
    addSample(&report)
    return report
  }

  private func addText(_ report: inout Report) {
    let (rows, found) = (work.rows, work.rows.found)
    report.add(detail: "form", .text(rows.form.title))
    report.add(detail: "tokens", .integer(rows.tokenCount))
    report.add(detail: "tokens_learned", .integer(rows.learnedCount))
    report.add(detail: "longest_row", .integer(rows.longest))
    report.add(detail: "rows_cut", .integer(found.cut))
    report.add(detail: "rows_left_out", .array(found.emptyLines.map { .integer($0) }))
    report.add(detail: "rows_without_system", .integer(found.withoutSystem))
  }

  private func addSettings(_ report: inout Report) {
    let setup = run.setup
    report.add(detail: "decomposer", decomposer.map { .text($0) } ?? .null)
    report.add(detail: "optimizer", .text(setup.optimizer.kind.rawValue))
    report.add(detail: "learning_rate", .number(setup.learningRate))
    report.add(detail: "schedule", .text(setup.shape.rawValue))
    report.add(detail: "warmup_steps", .integer(pace.warmup))
    report.add(detail: "weight_decay", .number(setup.optimizer.weightDecay))
    report.add(detail: "clip_norm", setup.clipNorm.map { .number($0) } ?? .null)
    report.add(detail: "batch_size", .integer(pace.batchSize))
    report.add(detail: "epochs", .number(epochs))
    report.add("steps", "steps", .count(outcome.steps))
    report.add(detail: "seed", Int(exactly: seed).map { .integer($0) } ?? .text("\(seed)"))
    report.add(detail: "threads", .integer(run.workers.count))
  }

  /// How the run ended, and which of its networks was kept.
  private func addEnding(_ report: inout Report) {
    report.add(
      "stopped", "stopped",
      Quantity(
        .text(
          orMissing: outcome.idleValidations.map {
            counted($0, "validation") + " without a better one"
          })))
    switch outcome.bestStep {
    case nil: break
    case 0?: report.add(detail: "best_step", .integer(0))
    case let best?: report.add("best_step", "best step", .count(best))
    }
  }

  private func metrics(_ looks: [(name: String, look: TextLook)]) -> Table {
    var columns: [Column<(name: String, look: TextLook)>] = [
      Column("network") { $0.name },
      Column("loss", .significant(4)) { .number($0.look.loss) },
    ]
    switch work.task {
    case .language:
      columns.append(
        Column("perplexity", .significant(4)) {
          .number(ElementaryFunction.exp([$0.look.loss])[0])
        })
    case .oneLabel:
      columns.append(Column("accuracy", .percent) { .number($0.look.classes?.accuracy ?? .nan) })
      columns.append(
        Column("macro_f1", label: "macro F1", .significant(4)) {
          .number($0.look.classes?.macroF1 ?? .nan)
        })
    case .severalLabels: break
    case .values:
      columns.append(Column("rmse", .significant(4)) { .number($0.look.loss.squareRoot()) })
    }
    return Table(looks, columns: columns)
  }

  private func addSample(_ report: inout Report) {
    guard let first = before.sample, let last = after.sample else { return }
    var sample = Report()
    sample.add("prompt", "prompt", .text(first.question))
    sample.add("before", "before", .text(first.answer))
    sample.add("after", "after", .text(last.answer))
    report.add("sample", title: "the most probable answer", sample)
  }

  private var pace: RunPace { RunPace(run.setup, rows: work.units) }

  private var epochs: Double { Double(outcome.steps) / Double(pace.stepsPerEpoch) }

  private var speed: Double {
    let share = Double(outcome.steps - outcome.earlierSteps) / Double(outcome.steps)
    return epochs * share * Double(work.rows.tokenCount) / max(outcome.seconds, 1e-9)
  }
}
