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
    guard opened.network.language != nil else {
      throw GenerationError.noLanguageModel(
        file: model, type: try opened.configuration.typeName ?? "the model")
    }
    let encoder = try ExampleEncoder(
      ofModelAt: model, template, counts: data.loss,
      opened.network.design)
    let evaluation = TextEvaluation(
      path: path, model: opened, base: comparing ? try TextModel<Float>(model) : nil,
      encoder: encoder, data: data, workers: workers)
    let progress = ProgressLine("scoring rows", total: nil, quiet: report.quiet)
    let result = try evaluation.run { progress.advance(by: 1) }
    progress.finish()
    try report.show(result.report(showsRows: report.json))
  }
}
