import ArgumentParser

/// What is done with rows that a network cannot be told as they are; a run that is not told so records
/// nothing of it.
struct TableRuleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A row without a target is an error, or is dropped; how many is said. (default: error)",
      valueName: "rule"))
  var missingTarget: MissingTargetRule?

  @Option(
    help: ArgumentHelp(
      """
      A word that is none of the network's categories is an error, or none of them, as a missing word \
      is; a warning counts them. (default: error)
      """, valueName: "rule"))
  var unknown: UnknownRule?

  enum MissingTargetRule: String, ExpressibleByArgument, CaseIterable {
    case error
    case drop
  }

  /// What to do, and whether notes are kept back.
  func rules(quiet: Bool) -> TableRules {
    TableRules(
      unknownIsNone: unknown == UnknownRule.none, dropsMissingTargets: missingTarget == .drop,
      isQuiet: quiet)
  }
}

/// What becomes of a word that is none of a network's categories.
enum UnknownRule: String, ExpressibleByArgument, CaseIterable {
  case error
  case none
}
