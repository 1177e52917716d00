import Kernels
import Tensors

/// Which column of a table is what.
struct TableLayout {
  let names: [String]
  /// The columns whose texts are kept.
  let kept: [Int]
  /// The columns that are features, in the network's order.
  let features: [Int]
  /// Those of the features that hold words, with the categories that are known.
  let categories: [Int: [String]?]
  /// The columns that are targets, in the network's order; read only when `isTargetRead`.
  let targets: [Int]
  let isTargetRead: Bool
  let task: LearningTask?
  let allowsMissing: Bool

  /// Whether the target's fields are kept as words too.
  var targetIsText: Bool { isTargetRead && task != .regression }

  func role(_ column: Int) -> FieldRole {
    if isTargetRead, targets.contains(column) { return targetIsText ? .text : .target }
    guard features.contains(column) else { return .skipped }
    return categories[column] == nil ? .feature : .text
  }

  func records(delimiter: UInt8, comment: UInt8?) -> RecordLayout {
    RecordLayout(
      roles: names.indices.map(role), delimiter: delimiter, comment: comment,
      allowsMissing: allowsMissing)
  }
}
