import Tables
import Training

/// What a user says of a table, where the network does not know it or is not asked.
struct TableWishes {
  let form: TableForm
  /// The targets; nil for the network's, or the last column.
  let targets: [String]?
  let task: LearningTask?
}
