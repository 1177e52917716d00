import Tables
import Training

/// What a user says of a table, where the network does not know it or is not asked.
struct TableWishes {
  let form: TableForm
  /// Lists of the targets; nil for the network's, or the last column.
  let targets: [String]?
  let task: LearningTask?
  let rules: TableRules
}

/// What is done with what a table lacks, and with what is said of it.
struct TableRules {
  /// Whether a word that the network does not know is no category.
  let unknownIsNone: Bool
  /// Whether rows without a target are left out.
  let dropsMissingTargets: Bool
  /// Whether notes are kept back; warnings are not.
  let isQuiet: Bool
}
