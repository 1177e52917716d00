import Kernels
import Models
import Reports
import Tensors
import TextModels
import Training

/// Joins a classifier or regressor of text, adapters and a file of texts to predictions.
struct TextPredictionSession {
  let model: String
  let adapters: TextAdapterOptions
  let data: TextDataOptions
  /// Columns of the file to write in front.
  let ids: [String]
  let workers: Workers
  let isQuiet: Bool

  /// What the network makes of each row of the texts at `path`.
  func predictions(on path: String, showsLogits: Bool) throws -> TextPredictions {
    let opened = try adapters.model(model, workers: workers)
    guard let classifier = opened.network.design.classifier else {
      throw GenerationError.noClassifier(file: model, type: opened.network.design.type)
    }
    let run = SequenceRun(
      file: TextFile(path: path, options: data, kept: ids, takesEmptyTexts: true),
      encoder: try SequenceEncoder(of: opened, limit: data.maxTokens, task: nil))
    var (outputs, kept, memory) = ([Double](), [[String]](), opened.network.makeMemory())
    let progress = ProgressLine("predicting rows", total: nil, quiet: isQuiet)
    let summary = try run.forEach(onProgress: { progress.advance(by: $0) }) { rows in
      let y = opened.network.outputs(rows.batch, &memory, .inference(workers))
      outputs += y.elements[..<y.count].map { Double($0) }
      kept += rows.map(\.kept)
    }
    progress.finish()
    guard outputs.allSatisfy(\.isFinite) else { throw GenerationError.notFinite(file: model) }
    return TextPredictions(
      outputs: Matrix(columns: classifier.output.outputs, elements: outputs), idNames: ids,
      ids: kept, form: Predictions(classifier, showsLogits: showsLogits), summary: summary)
  }
}

extension Predictions {
  /// Those of a network that says something of whole texts.
  init(_ classifier: ClassifierDesign, showsLogits: Bool) {
    self.init(
      kind: classifier.task.kind, classes: classifier.labels, targets: [],
      outputs: classifier.output.outputs, showsLogits: showsLogits)
  }
}

extension ClassifierDesign.Task {
  fileprivate var kind: Predictions.Kind {
    switch self {
    case .regression: .values
    case .oneLabel: .oneClass
    case .severalLabels: .severalClasses
    }
  }
}

/// What a network said of the rows of a file, and how that is written.
struct TextPredictions {
  let outputs: Matrix<Double>
  let idNames: [String]
  /// Of each row, in the order of the names; none where there are no names.
  let ids: [[String]]
  let form: Predictions
  let summary: SequenceRun.Summary

  func write(to output: TextOutputOptions, asJSON: Bool, threads: Int) throws {
    try PredictionWriter(form: form, idNames: idNames, rows: outputs.rows, asJSON: asJSON)
      .write(to: output, threads: threads) { write in
        try write(outputs, idNames.isEmpty ? [] : ids[...])
      }
  }
}
