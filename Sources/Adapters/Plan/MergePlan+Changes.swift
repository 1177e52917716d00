import Containers
import OrderedCollections
import Tensors

extension MergePlan {
  /// What a rewrite of the base has to change.
  ///
  /// - Parameters:
  ///   - type: The type of the result's floating-point tensors; nil keeps each tensor's own.
  ///   - meter: Measures what rounding leaves of each delta; nil to measure nothing.
  /// - Returns: The changes, for a plan that rewrites the base.
  package func changes(type: DType? = nil, meter: SurvivalMeter? = nil) -> RewriteChanges {
    var changes = RewriteChanges()
    changes.type = type
    changes.additions = untied.map { [$0] } ?? []
    for (name, edit) in edits {
      guard let source = edit.type.floatFormat,
        let result = changes.resultType(of: edit.type).floatFormat
      else { continue }
      changes.transforms[name] = EditTransform(
        edit, of: name.text, format: (source, result), meter: meter)
      if let replacement = edit.replacement, resizedNames.contains(name) {
        changes.brought[name] = replacement.converted(to: source)
      }
    }
    return changes
  }

  /// The members of `config.json` that differ after the merge.
  ///
  /// - Parameters:
  ///   - type: The type of the result's floating-point tensors; nil keeps each tensor's own.
  ///   - config: The base's `config.json`.
  /// - Returns: The members to set.
  package func configuration(
    type: DType?, of config: JSONValue?
  ) -> OrderedDictionary<String, JSONValue> {
    var result = type.map { DTypeSetting.members(for: $0, in: config) } ?? [:]
    if untied != nil { result["tie_word_embeddings"] = false }
    if let vocabularySize { result["vocab_size"] = .number(JSONNumber(vocabularySize)) }
    return result
  }
}
