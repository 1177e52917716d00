import Kernels
import Reports
import Tensors
import Training

/// What a run on text is about to do: what was found in the file, and every setting in force.
struct TextRunOpening {
  let work: TextWork
  let run: TrainingRun
  let method: String
  let seed: UInt64
  /// The library that the adapter's beginning was computed by; nil when it needed none.
  let decomposer: String?

  /// For a person; `TextTrainingReport` has the same in JSON.
  func report() -> Report {
    var report = Report()
    addTexts(&report)
    addRun(&report)
    addCosts(&report)
    return report
  }

  private func addTexts(_ report: inout Report) {
    let (rows, found) = (work.rows, work.rows.found)
    report.add(
      "texts", "texts",
      .text("\(rows.file): \(counted(found.rows, "row")) of \(rows.form.title)"))
    report.add("tokens", "tokens", .text(tokens))
    if found.parted > 0 {
      report.add(
        "parted", "parted",
        .text("\(counted(found.parted, "text")) into \(counted(rows.training.count, "part"))"))
    }
    report.add("validation", "validation", .text(rows.heldOrigin))
    if work.task == .language { addTemplate(&report) }
    if let first = rows.training.first, work.task == .language,
      let text = try? MarkedTokens(row: first, tokenizer: work.encoder.examples.tokenizerIfAny)
        .text()
    {
      report.add("first", "first row", .text(text))
    }
  }

  private func addRun(_ report: inout Report) {
    let rows = work.rows
    report.add("network", "network", .text(network))
    report.add(
      "trained", "trained",
      .text("\(method): \(counted(work.network.trainedCount, "number"))"))
    if let decomposer {
      report.add(
        "decomposer", "begun with",
        .text("\(decomposer), whose last bits, and so this run's, are the machine's"))
    }
    let words = RunWords(
      run: run, rows: work.units, isWatched: !rows.held.isEmpty, seed: seed)
    report.add("optimizer", "optimizer", .text(words.optimizer))
    report.add("batches", "batches", .text(words.batches + (work.packs == nil ? "" : ", packed")))
    report.add("run", "run", .text(words.length))
  }

  private func addCosts(_ report: inout Report) {
    let (kept, less) = (work.memory(run, recomputes: false), work.memory(run, recomputes: true))
    let (own, other) = work.steps.recompute ? (less, kept) : (kept, less)
    report.add(
      "memory", "memory",
      .text(
        "\(Quantity.bytes(own.total).text) for a step, \(Quantity.bytes(other.total).text) "
          + (work.steps.recompute ? "without --recompute" : "with --recompute")))
    guard let (seconds, speed) = work.duration(run) else { return }
    let tokens = Quantity(.number(speed.rounded()), .grouped).text
    report.add(
      "expected", "expected",
      .text("\(Quantity.seconds(seconds).text) at \(tokens) tokens/s, by a step that was tried"))
    report.add(detail: "expected_seconds", .number(seconds))
    report.add(detail: "tokens_per_second", .number(speed))
  }

  private var tokens: String {
    let rows = work.rows
    let learned = work.task == .language ? ", \(grouped(rows.learnedCount)) of them learned" : ""
    let count = counted(rows.training.count, "row")
    return "\(grouped(rows.tokenCount)) in \(count) to train on\(learned); the longest has "
      + grouped(rows.longest)
  }

  private func addTemplate(_ report: inout Report) {
    let examples = work.encoder.examples
    if work.rows.form != .tokens, work.rows.form != .text {
      report.add(
        "template", "template",
        .text(
          examples.writer.map { escaped($0.templateFile) }
            ?? "none: an answer stands behind its prompt"))
    }
    if let tokenizer = examples.tokenizerIfAny {
      report.add("ends", "ends at", .text(examples.stops.text(tokenizer)))
    }
  }

  private var network: String {
    let network = work.network
    let coded = network.state.filter(\.isCoded).count
    let head =
      switch work.task {
      case .language: "foretells \(grouped(network.design.vocabulary)) tokens"
      case .oneLabel(let labels): counted(labels.count, "label") + ", one of which holds"
      case .severalLabels(let labels): counted(labels.count, "label") + ", any of which hold"
      case .values(let count): counted(count, "value")
      }
    return "\(network.design.type): \(counted(network.parameterCount, "number"))"
      + (coded > 0 ? ", \(coded) matrices quantized" : "") + "; \(head)"
  }
}
