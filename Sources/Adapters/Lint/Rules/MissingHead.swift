/// A classifier without its head: PEFT makes a new one, which nobody has trained.
enum MissingHead: LintRule {
  private static let tasks = ["SEQ_CLS", "TOKEN_CLS"]
  /// What transformers' models call the last layer of a classifier.
  private static let heads: [Substring] = ["classifier", "score", "classification_head"]

  static func findings(_ outline: AdapterOutline) -> [String] {
    guard let task = outline.configuration.taskType, tasks.contains(task) else { return [] }
    let names = outline.replacedNames + outline.modules.map(\.name)
    let hasHead = names.contains { name in
      name.split(separator: ".").contains(where: heads.contains)
    }
    guard !hasHead else { return [] }
    return [
      "task_type is \(task), but the adapter has no classifier head: predictions come from an "
        + "untrained one; save it with modules_to_save"
    ]
  }
}
