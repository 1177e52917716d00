import Adapters
import Containers
import Tensors

extension MergePlan {
  /// Decides what an edit of one of two tied weights does to the other.
  mutating func resolveTied() throws(AdapterError) {
    guard let tied else { return }
    let (embedding, head) = (ExactString(tied.embedding), ExactString(tied.head))
    let touchesHead = edits[head] != nil
    guard touchesHead || edits[embedding] != nil else { return }
    let policy = try policy(
      tied, touchesHead: touchesHead, touchesEmbedding: edits[embedding] != nil)
    if policy == .untie {
      untied = RewriteChanges.Addition(name: tied.head, copying: tied.embedding)
    } else if let edit = edits.removeValue(forKey: head) {
      edits[embedding] = edit
    }
  }

  private mutating func policy(
    _ tied: TiedWeights, touchesHead: Bool, touchesEmbedding: Bool
  ) throws(AdapterError) -> TiedPolicy {
    let side = touchesHead ? tied.head : tied.embedding
    let file = edits[ExactString(side)]?.files.first ?? ""
    let advice =
      "use --tied untie to give each side its own matrix, or --tied both to change the shared one"
    switch choices.tied {
    case .untie: return .untie
    case .both where touchesHead && touchesEmbedding:
      throw .mismatch(
        file: file,
        problem: "changes \(escaped(tied.head)) and \(escaped(tied.embedding)) in two ways, and in "
          + "the base they are one matrix; use --tied untie")
    case .both: return .both
    case nil where !touchesHead:
      notes.append(
        "\(escaped(tied.embedding)) is tied to \(escaped(tied.head)), so both change; "
          + "use --tied untie to keep the output layer as it was")
      return .both
    case .error, nil:
      throw .mismatch(
        file: file,
        problem: "changes \(escaped(side)), which the base ties to "
          + "\(escaped(touchesHead ? tied.embedding : tied.head)); \(advice)")
    }
  }
}
