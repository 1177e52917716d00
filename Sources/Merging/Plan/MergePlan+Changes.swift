import Adapters
import Containers
import JSON
import Kernels
import Models
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
    changes(type: type, meter: meter) { edit, _, _ in edit }
  }

  /// The transforms of merges into `checkpoint`, one after the other.
  ///
  /// - Throws: `ErrorList` when an adapter does not fit.
  static func transforms(
    of steps: some Sequence<[WeightedAdapter]>, on checkpoint: Checkpoint
  ) throws -> [[ExactString: any TensorTransform]] {
    try steps.map { step in
      try MergePlan(step, into: checkpoint.entries, configuration: checkpoint.configuration)
        .changes().transforms
    }
  }

  /// The changes, with a hand in how each edit is carried out.
  private func changes(
    type: DType?, meter: SurvivalMeter?,
    wrap: (EditTransform, ExactString, FloatFormat) throws -> any TensorTransform
  ) rethrows -> RewriteChanges {
    var changes = RewriteChanges()
    changes.type = type
    changes.additions = untied.map { [$0] } ?? []
    for (name, edit) in edits {
      guard let source = edit.type.floatFormat,
        let result = changes.resultType(of: edit.type).floatFormat
      else { continue }
      changes.transforms[name] = try wrap(
        EditTransform(edit, of: name.text, format: (source, result), meter: meter), name, source)
      if let replacement = edit.replacement, resizedNames.contains(name) {
        changes.brought[name] = replacement.converted(to: source)
      }
    }
    return changes
  }

  /// The changes, recorded so that they can be taken out again.
  ///
  /// - Parameters:
  ///   - entries: The tensors that change, the recorder's, in its order.
  ///   - recorder: Takes what rounding loses.
  ///   - meter: As in `changes(type:meter:)`.
  /// - Returns: The changes, for a plan that keeps the base's form.
  func changes(
    of entries: [TensorEntry], recordedIn recorder: RemainderRecorder, meter: SurvivalMeter? = nil
  ) -> RewriteChanges {
    let numbers = Dictionary(
      uniqueKeysWithValues: entries.enumerated().map { (ExactString($1.name), $0) })
    return changes(type: nil, meter: meter) { edit, name, format in
      guard let number = numbers[name] else { return edit }
      return RecordingTransform(edit, as: number, format, in: recorder)
    }
  }

  /// The changes that take the merge out of its result again.
  ///
  /// - Parameters:
  ///   - remainder: What rounding lost.
  ///   - entries: The tensors of the result.
  /// - Returns: The changes, for a plan that rewrites the result.
  /// - Throws: `AdapterError` when the remainder does not hold every tensor that changed.
  func restoring(
    by remainder: RemainderFile, of entries: [TensorEntry]
  ) throws -> RewriteChanges {
    let targets = Dictionary(
      entries.map { (ExactString($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    return try changes(type: nil, meter: nil) { edit, name, format in
      guard let target = targets[name] else { return edit }
      return RestoringTransform(edit, format, by: try remainder.tensor(for: target))
    }
  }

  /// Why the result does not have the tensors of the base in name, type and shape.
  ///
  /// - Parameter type: The type of the result's floating-point tensors; nil keeps each tensor's own.
  /// - Returns: What the merge does, and what to do for a result that has them; nil when it has.
  func obstacle(type: DType?) -> (what: String, remedy: String)? {
    if type != nil {
      return ("changes the type of the weights", "convert the base first and leave --dtype out")
    }
    if untied != nil {
      return ("unties tied weights", "change the shared matrix with --tied both")
    }
    if vocabularySize != nil {
      return ("changes the number of tokens", "merge an adapter without --resize-vocab")
    }
    return nil
  }

  /// The members of `config.json` that differ after the merge.
  ///
  /// - Parameters:
  ///   - type: The type of the result's floating-point tensors; nil keeps each tensor's own.
  ///   - base: What the base's `config.json` says.
  /// - Returns: The members to set.
  package func configuration(
    type: DType?, of base: ModelConfiguration?
  ) -> OrderedDictionary<String, JSONValue> {
    guard let base else { return [:] }
    var changed = base
    if let type { changed.setType(type) }
    if untied != nil { changed.untie() }
    if let vocabularySize { changed.setVocabularySize(vocabularySize) }
    return changed.members(changedSince: base)
  }
}
