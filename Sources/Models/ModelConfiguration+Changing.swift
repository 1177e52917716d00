import JSON
import OrderedCollections
import Tensors

/// A setting changes wherever the file has it, for transformers reads now one place, now the other.
extension ModelConfiguration {
  /// Says that floating-point weights have `type`, where the file names their type.
  package mutating func setType(_ type: DType) {
    guard let name = Self.types.first(where: { $0.value == type })?.key else { return }
    for key in Self.typeKeys { set(key, to: .string(name)) }
  }

  /// Says that embeddings and output layer are two matrices.
  package mutating func untie() {
    if !set(Self.tieKey, to: false) { document[Self.tieKey] = false }
  }

  package mutating func setVocabularySize(_ size: Int) {
    if !set("vocab_size", to: .number(size)) { document["vocab_size"] = .number(size) }
  }

  /// Says that the model has a classifier's head with an output for each of `labels`.
  ///
  /// - Throws: `SettingProblem` for architectures that are no list of texts.
  package mutating func setClassifier(
    _ task: ClassifierDesign.Task, labels: [String]
  ) throws(SettingProblem) {
    let name = try architectures.first ?? ""
    let endings = ["For", "LMHeadModel", "Model"].compactMap { name.firstRange(of: $0)?.lowerBound }
    let family = endings.min().map { String(name[..<$0]) } ?? name
    document["architectures"] = .array([.string(family + "ForSequenceClassification")])
    document["id2label"] = JSONValue(
      members: labels.enumerated().map { (String($0.offset), .string($0.element)) })
    document["label2id"] = JSONValue(
      members: labels.enumerated().map { ($0.element, .number($0.offset)) })
    document["problem_type"] = .string(task.rawValue)
  }

  /// Says that behind the body stands a classifier with so many outputs; what names there are for
  /// them stay when there are as many.
  package mutating func setClassifier(outputs: Int) {
    document["architectures"] = ["ModelForSequenceClassification"]
    guard document["id2label"]?.object?.count != outputs else { return }
    document["id2label"] = JSONValue.null
    document["num_labels"] = .number(outputs)
  }

  /// Changes `key` in the whole and in `text_config`; false when neither has it.
  @discardableResult
  private mutating func set(_ key: String, to value: JSONValue) -> Bool {
    var isThere = document[key] != nil
    if isThere { document[key] = value }
    if var text = document[Self.textKey], text[key] != nil {
      text[key] = value
      document[Self.textKey] = text
      isThere = true
    }
    return isThere
  }

  /// The members of the document that differ from those of `before`.
  package func members(changedSince before: Self) -> OrderedDictionary<String, JSONValue> {
    var result: OrderedDictionary<String, JSONValue> = [:]
    for (key, value) in document.object ?? [:] where before.document[key.text] != value {
      result[key.text] = value
    }
    return result
  }
}

extension ModelConfiguration? {
  /// The members of `config.json` to set when floating-point weights get `type`; nil keeps it.
  package func members(storing type: DType?) -> OrderedDictionary<String, JSONValue> {
    guard let self, let type else { return [:] }
    var changed = self
    changed.setType(type)
    return changed.members(changedSince: self)
  }
}
