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
  /// Whether the network said by name which columns are features.
  let isRecorded: Bool
  /// Whether each feature was asked for by name.
  let isChosen: Bool
  /// A column whose name stands among numbers, and may be a row's word rather than a name.
  let doubtfulName: Int?

  /// Whether the target's fields are kept as words too.
  var targetIsText: Bool { isTargetRead && task != .regression }

  func role(_ column: Int) -> FieldRole {
    if isTargetRead, targets.contains(column) { return targetIsText ? .text : .target }
    guard features.contains(column) else { return .skipped }
    return categories[column] == nil ? .feature : .text
  }

  /// Columns of which nothing is read.
  var passedOver: [String] {
    let read = Set(features + targets + kept)
    return names.indices.filter { !read.contains($0) }.map { names[$0] }
  }
}
