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
    } else if let edit = edits.removeValue(forKey: head), edits[embedding] == nil {
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
    let isMirrored = touchesHead && touchesEmbedding && isMirrored(tied)
    switch choices.tied {
    case .untie: return .untie
    case .both where touchesHead && touchesEmbedding && !isMirrored:
      throw .mismatch(
        file: file,
        problem: "changes \(escaped(tied.head)) and \(escaped(tied.embedding)) in two ways, and in "
          + "the base they are one matrix; use --tied untie")
    case .both: return .both
    case nil where isMirrored:
      notes.append(
        "the adapter changes \(escaped(tied.embedding)) and \(escaped(tied.head)) alike, and in the "
          + "base they are one matrix, which changes once")
      return .both
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

  /// Whether embedding and output layer change alike: PEFT writes both with `ensure_weight_tying`.
  private func isMirrored(_ tied: TiedWeights) -> Bool {
    guard let head = edits[ExactString(tied.head)],
      let embedding = edits[ExactString(tied.embedding)]
    else { return false }
    return head.isSame(as: embedding)
  }

  /// Whether the settings mean this module by naming the one that its weight is tied to.
  func isTiedToTarget(
    _ module: String, of adapter: Adapter, _ targets: ModuleSelection
  ) throws(PatternError) -> Bool {
    guard let tied, adapter.configuration.ensuresWeightTying else { return false }
    let ending = ".weight"
    guard let weight = base.find(module + ending)?.name else { return false }
    let other = weight == tied.head ? tied.embedding : weight == tied.embedding ? tied.head : nil
    guard let other else { return false }
    return try targets.contains(String(other.dropLast(ending.count)))
  }
}
