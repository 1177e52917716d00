import Adapters
import Containers
import JSON
import Kernels
import Merging
import Reports
import Tensors
import Text
import TextModels
import Training

/// Joins a model of text and a file of examples to a trained adapter.
struct TextTrainSession {
  let base: TextBase
  let task: TextTask
  let data: TextDataOptions
  let template: TemplateOptions
  let steps: TextRunOptions
  let held: TrainingTables.Held
  let run: TrainingRun
  let output: ResultOutput
  let report: ReportOptions
  let seed: UInt64

  /// Trains the adapter `wanted` on the texts at `path`, and writes it.
  func train(_ wanted: AdapterChoice, on path: String) throws {
    var generator = Generator(seed: seed)
    let prepared = try prepare(wanted, on: path, &generator)
    let (plan, work, run) = (prepared.plan, prepared.work, prepared.run)
    let before = try work.state(of: work.network, run.workers)
    // A step is tried only for somebody who reads of it.
    if !report.quiet, !report.json {
      report.showAhead(opening(prepared).report(), besideOutputOnStdout: output.isStandardOutput)
    }
    let outcome = try run.train(work.course(of: run, &generator))
    try write(
      TrainedAdapter(
        network: outcome.network, plan: plan, origin: base.origin(task, plan.modules.map(\.name)),
        beginning: work.network, run: run.configuration(of: "train")))
    try report.show(
      TextTrainingReport(
        output: output.path, work: work, run: run, seed: seed,
        decomposer: prepared.decomposer, outcome: outcome, before: before,
        after: try work.state(of: outcome.network, run.workers)
      ).report, besideOutputOnStdout: output.isStandardOutput)
  }

  /// Says what a run would do and cost, and does nothing.
  func plan(_ wanted: AdapterChoice, on path: String) throws -> Report {
    var generator = Generator(seed: seed)
    let prepared = try prepare(wanted, on: path, &generator)
    var report = opening(prepared).report()
    let (work, run) = (prepared.work, prepared.run)
    report.add(
      "step_memory",
      StepMemoryTable(
        kept: work.memory(run, recomputes: false), recomputed: work.memory(run, recomputes: true)
      ).table)
    return report
  }

  /// All that is known before the first step.
  private struct Prepared {
    let plan: AdapterPlan
    let work: TextWork
    let run: TrainingRun
    /// The library that the adapter's beginning was computed by; nil when it needed none.
    let decomposer: String?
  }

  private func prepare(
    _ wanted: AdapterChoice, on path: String, _ generator: inout Generator
  ) throws -> Prepared {
    let decomposer = try wanted.initialisation.decomposes ? LinearAlgebra.open() : nil
    let plan = try AdapterPlan(wanted, from: base.start, for: base.adaptableModules)
    try base.checkSaved(plan.saved)
    let encoder = try encoder()
    let rows = try TextRows(
      path, TextRows.Preparation(encoder: encoder, options: data, held: held),
      generator: &generator)
    TextWarnings(rows: rows, encoder: encoder).say()
    var weights = generator.fork()
    let dropoutSeed = weights.next()
    var network = base.model.network
    try plan.adapt(&network, generator: &weights)
    var work = TextWork(network: network, task: task, rows: rows, encoder: encoder, steps: steps)
    (work.weightBytes, work.dropoutSeed, work.inputs) = (base.weightBytes, dropoutSeed, base.inputs)
    return Prepared(plan: plan, work: work, run: settled(for: work), decomposer: decomposer)
  }

  private func opening(_ prepared: Prepared) -> TextRunOpening {
    TextRunOpening(
      work: prepared.work, run: prepared.run, method: prepared.plan.summary, seed: seed,
      decomposer: prepared.decomposer)
  }

  private func encoder() throws -> TextRowEncoder {
    let network = base.model.network
    return TextRowEncoder(
      examples: try ExampleEncoder(
        ofModelAt: base.model.file, template, counts: data.loss, network.design),
      task: task, network: network,
      limit: min(data.maxTokens, network.design.positionLimit ?? .max),
      refusesLong: steps.tooLong == .fail)
  }

  /// The run with what the options left to the rows and to the clock.
  private func settled(for work: TextWork) -> TrainingRun {
    let pace = RunPace(run.setup, rows: work.units)
    var found: RunSettings = []
    let known = Set(run.settings.map(\.0))
    if !known.contains("steps") { found.append(("epochs", .number(Int(pace.epochs)))) }
    if !known.contains("validation") { found.append(("holdout", .number(work.rows.heldShare))) }
    if work.encoder.examples.writer != nil {
      found.append(("date", .string(TemplateMoment.now.dateText)))
    }
    return run.recording(found)
  }

  /// A folder has the model's tokenizer and template beside the adapter, so that it is used with those
  /// that it was trained with.
  private func write(_ adapter: TrainedAdapter<Transformer<Float>>) throws {
    var contents = adapter.contents
    let folder = base.model.checkpoint
    for name in folder.sideFiles where TokenizerFiles.names.contains(name) {
      contents.sideFiles[name] = Folder.path(folder.path, name)
    }
    if let template = template.template { contents.sideFiles["chat_template.jinja"] = template }
    try AdapterFile.write(
      contents, to: output.path, options: output.options, threads: run.workers.count,
      isCompressed: output.gzip)
  }
}
