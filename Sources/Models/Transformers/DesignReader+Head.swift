import JSON
import Kernels

extension DesignReader {
  /// What the first of `architectures` has behind its body.
  func head() throws(SettingProblem) -> HeadDesign {
    let name = try configuration.architectures.first ?? ""
    if name.hasSuffix("ForSequenceClassification") { return .classifier(try classifier()) }
    guard table.isCausal, !name.hasSuffix("Model") || name.hasSuffix("LMHeadModel") else {
      return .none
    }
    return .language(
      LanguageHeadDesign(
        projection: LinearDesign(
          table.names.head, width, try configuration.size("vocab_size") ?? 1,
          bias: try isSet(table.headBias)),
        isTied: try configuration.isTied ?? table.isTied,
        multiplier: 1 / (try number(table.logitDivisor) ?? 1),
        softCap: try positive(table.logitCap)))
  }

  private func classifier() throws(SettingProblem) -> ClassifierDesign {
    let words = table.classifier
    let labels = try labels()
    var hidden: ClassifierDesign.Hidden?
    if let name = words.hidden {
      let prefix = words.hiddenIsBody ? table.names.body : ""
      var activation = words.hiddenActivation
      if let setting = words.activationSetting, let name = try text.text(setting) {
        activation = try self.activation(name, setting)
      }
      hidden = ClassifierDesign.Hidden(
        dense: LinearDesign(prefix + name, width, width, bias: try isSet(words.hiddenBias)),
        activation: activation, norm: try norm(words.hiddenNorm, prefix: ""))
    }
    return ClassifierDesign(
      pooling: try pooling(words), hidden: hidden,
      output: LinearDesign(words.output, width, labels.count, bias: try isSet(words.outputBias)),
      task: try task(labels.count), labels: labels)
  }

  private func pooling(
    _ words: ArchitectureTable.Classifier
  ) throws(SettingProblem) -> ClassifierDesign.Pooling {
    guard let setting = words.poolingSetting, let value = try text.text(setting) else {
      return words.pooling
    }
    switch value {
    case "cls": return .first
    case "mean": return .mean
    default: throw problem(setting, "\"\(value)\" is not known here; known are cls, mean")
    }
  }

  /// By id; `LABEL_0` and so on where the file names none.
  private func labels() throws(SettingProblem) -> [String] {
    let entries = try configuration.whole.entries("id2label")
    guard !entries.isEmpty else {
      let count = try configuration.size("num_labels") ?? 2
      return (0..<count).map { "LABEL_\($0)" }
    }
    var labels = [String?](repeating: nil, count: entries.count)
    for entry in entries {
      guard let id = Int(entry.key), labels.indices.contains(id), labels[id] == nil,
        let label = entry.value.string
      else {
        throw problem("id2label", "expected a text for each id from 0 to \(entries.count - 1)")
      }
      labels[id] = label
    }
    return labels.compactMap(\.self)
  }

  private func task(_ outputs: Int) throws(SettingProblem) -> ClassifierDesign.Task {
    guard let name = try configuration.whole.text("problem_type") else {
      return outputs == 1 ? .regression : .oneLabel
    }
    guard let task = ClassifierDesign.Task(rawValue: name) else {
      throw problem(
        "problem_type",
        "expected regression, single_label_classification or "
          + "multi_label_classification, found \"\(name)\"")
    }
    return task
  }
}
