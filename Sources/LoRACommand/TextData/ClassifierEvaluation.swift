import Kernels
import Reports
import Tensors
import Text
import TextModels
import Training

/// Scores a network that says something of whole texts, with or without adapters.
struct ClassifierEvaluation {
  let run: SequenceRun
  let model: TextModel<Float>
  /// The model without its adapters, to compare with.
  let base: TextModel<Float>?
  let task: TextTask
  let extras: ScoringSession.Extras
  let workers: Workers

  /// - Throws: `ErrorList` with every row that cannot be used, or what reading throws.
  func report(showsRows: Bool, onProgress: (Int) -> Void) throws -> Report {
    var (scores, baseScores) = (SequenceScores(task), base.map { _ in SequenceScores(task) })
    var memory = model.network.makeMemory()
    let summary = try run.forEach(onProgress: onProgress) { rows in
      let batch = rows.batch
      scores.add(rows, model.network.outputs(batch, &memory, .inference(workers)))
      if let base {
        baseScores?.add(rows, base.network.outputs(batch, &memory, .inference(workers)))
      }
    }
    for scores in [scores, baseScores].compactMap(\.self) where !scores.areFinite {
      throw GenerationError.notFinite(file: model.file)
    }
    var report = Report()
    add(scores, to: &report)
    if summary.cutRows > 0 {
      report.add("rows_cut", "rows whose end was cut off", .count(summary.cutRows))
    }
    if let baseScores {
      var group = Report()
      add(baseScores, to: &group)
      report.add("base", title: "without the adapter", group)
      let better = zip(scores.rowLosses, baseScores.rowLosses).count { $0 < $1 }
      report.add("rows_better", "rows with a smaller loss", .count(better))
    }
    if showsRows { report.add(detail: "by_row", rowTree(scores, baseScores)) }
    return report
  }

  private func add(_ scores: SequenceScores, to report: inout Report) {
    if case .severalLabels(let names) = task, case .values(let wanted) = scores.targets {
      var labels = LabelScores(names)
      let y = scores.y
      for row in 0..<y.rows { labels.add(wanted[row: row], y[row: row]) }
      let losses = scores.rowLosses
      report.add("rows", "rows", .count(y.rows))
      report.add("loss", "loss", .number(losses.reduce(0, +) / Double(losses.count)))
      return labels.add(to: &report, showsLabels: extras.confusion)
    }
    let terms = RowTerms(of: scores.y, scores.targets)
    var generator = Generator(seed: extras.seed)
    var names: [String] = []
    if case .oneLabel(let classes) = task { names = classes }
    EvaluationReport(
      evaluation: Evaluation(of: scores.y, scores.targets, task.loss), terms: terms,
      classes: names, targets: model.network.design.classifier?.labels ?? [],
      intervals: extras.resamples == 0
        ? [] : terms.intervals(resamples: extras.resamples, generator: &generator),
      showsConfusion: extras.confusion
    ).add(to: &report)
  }

  private func rowTree(_ scores: SequenceScores, _ base: SequenceScores?) -> JSONTree {
    let (losses, baseLosses) = (scores.rowLosses, base?.rowLosses)
    return .array(
      losses.indices.map { row in
        let (label, predicted) = scores.answer(row)
        var members = [
          JSONTree.Member("line", .integer(scores.lines[row])), .init("label", label.json),
          .init("predicted", predicted.json), .init("loss", .number(losses[row])),
        ]
        if let base, let baseLosses {
          members.append(.init("base_predicted", base.answer(row).predicted.json))
          members.append(.init("base_loss", .number(baseLosses[row])))
        }
        return .object(members)
      })
  }
}

extension TextAnswer {
  var json: JSONTree {
    switch self {
    case .name(let name): .text(name)
    case .names(let names): .array(names.map { .text($0) })
    case .numbers(let numbers):
      numbers.count == 1 ? .number(numbers[0]) : .array(numbers.map { .number($0) })
    }
  }
}
