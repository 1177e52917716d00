/// A setting that is not followed: misspelt, of a later version, or of another tool.
enum UnknownSetting: LintRule {
  static func findings(_ outline: AdapterOutline) -> [String] { outline.configuration.notes }
}
