/// What is suspicious about an adapter, although it can be read.
///
/// Each finding is a sentence with what was found, why it matters and what to do. Nothing here is an
/// error: the same adapters are merged, and rightly so when their authors meant it.
package enum AdapterLint {
  /// Every rule, in the order in which findings are reported.
  package static var rules: [any LintRule.Type] {
    [
      UnmatchedPattern.self, UnstatedRank.self, IdleTarget.self, LostRankStabilization.self,
      MissingHead.self, ChangedBase.self, IdleAlpha.self, MissingSavedModule.self,
      UnknownSetting.self, LooseMagnitude.self,
    ]
  }

  /// The findings that configuration and names give; contents are not looked at.
  package static func findings(_ outline: AdapterOutline) -> [String] {
    rules.flatMap { $0.findings(outline) }
  }
}

/// One thing that is worth a look.
package protocol LintRule {
  /// A sentence for each place where it holds.
  static func findings(_ outline: AdapterOutline) -> [String]
}
