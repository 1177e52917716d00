import Adapters
import Tensors

extension MergePlan {
  /// Plans a parameter that an adapter brings whole.
  mutating func take(
    _ replacement: Replacement, of adapter: WeightedAdapter
  ) throws(AdapterError) {
    let file = adapter.adapter.file
    let entry = try base.find(replacement.parameter, for: replacement.tensorName, of: file)
    let brought = FittedReplacement(replacement: replacement, entry: entry, file: file)
    guard adapter.weight == 1 else {
      throw brought.refusal(
        "replaces \"\(escaped(entry.name))\" whole, which has no weighted form; "
          + "merge this adapter with weight 1")
    }
    if try brought.check(resizes: choices.resizesVocabulary) {
      base.resize(entry, to: replacement.tensor.shape)
      vocabularySize = replacement.tensor.shape[0]
      resizedNames.insert(ExactString(entry.name))
    }
    var edit = edit(of: base[entry.name] ?? entry, slabs: 1, by: adapter.adapter)
    if let rows = replacement.rows {
      edit.rowReplacements += try brought.rows(rows)
    } else if let other = edit.replacement, other != replacement.tensor {
      throw brought.refusal(
        "\(escaped(edit.files[0])) replaces \"\(escaped(entry.name))\" too; merge one of them")
    } else {
      edit.replacement = replacement.tensor
    }
    edits[ExactString(entry.name)] = edit
    ledger.note(
      replacement.tensorName, of: file, replacement.rows == nil ? .replacement : .rows,
      on: entry.name)
  }
}
