import Containers
import JSON
import Kernels
import Reports
import TextModels

/// Joins a language model, adapters and a file of texts to scores.
struct TextScoringSession {
  let model: String
  let adapters: TextAdapterOptions
  let template: TemplateOptions
  let data: TextDataOptions
  /// What is said beside the metrics of classifiers.
  let extras: ScoringSession.Extras
  let workers: Workers
  let report: ReportOptions

  /// Whether `path` is a model of text: a folder whose `config.json` says of what type it is.
  static func isTextModel(_ path: String) -> Bool {
    let file = Folder.path(path, "config.json")
    guard Folder.holdsAnything(at: file),
      let settings = try? JSONValue(contentsOf: file, spelling: .python)
    else { return false }
    return settings["model_type"] != nil || settings["architectures"] != nil
  }

  /// Scores the texts at `path`.
  ///
  /// - Throws: What opening the model and reading the texts throw.
  func evaluate(on path: String, comparing: Bool) throws {
    let opened = try adapters.model(model, workers: workers)
    let task = try TextTask(opened.network.design, file: model)
    let base = comparing ? try base(of: opened) : nil
    let progress = ProgressLine("scoring rows", total: nil, quiet: report.quiet)
    let found: Report
    if task == .language {
      found = try TextEvaluation(
        path: path, model: opened, base: base,
        encoder: try ExampleEncoder(
          ofModelAt: model, template, counts: data.loss, opened.network.design),
        data: data, workers: workers
      ).run { progress.advance(by: 1) }.report(showsRows: report.json)
    } else {
      let encoder = try SequenceEncoder(of: opened, limit: data.maxTokens, task: task)
      found = try ClassifierEvaluation(
        run: SequenceRun(
          file: TextFile(path: path, options: data, takesEmptyTexts: true), encoder: encoder),
        model: opened, base: base, task: task, extras: extras, workers: workers
      ).report(showsRows: report.json) { progress.advance(by: $0) }
    }
    progress.finish()
    try report.show(found)
  }

  /// The model without its adapters, which must say the same kind of thing.
  private func base(of adapted: TextModel<Float>) throws -> TextModel<Float> {
    let base = try TextModel<Float>(model)
    let task = try TextTask(adapted.network.design, file: model)
    guard (try? TextTask(base.network.design, file: model)) == task else {
      throw GenerationError.otherHead(file: model)
    }
    return base
  }
}
