/// Which modules a setting such as `target_modules` or `exclude_modules` means.
///
/// PEFT's rules, in `check_target_module_exists`: a string is a regular expression that the whole
/// module name matches; a list names modules in full or by their last dotted parts; `all-linear`
/// (in any case) is every linear layer but the output embedding.
///
/// Source: <https://github.com/huggingface/peft/blob/main/src/peft/tuners/tuners_utils.py>
package enum ModuleSelection: Sendable {
  case names([String])
  case expression(ModulePattern)
  case allLinear

  /// Whether the module called `name` is meant, for an `all-linear` that was already expanded.
  ///
  /// Every module with adapter tensors counts as linear: that is how it came to have them.
  package func contains(_ name: String) throws(PatternError) -> Bool {
    switch self {
    case .names(let names):
      names.contains { Self.isSuffix($0, of: name) }
    case .expression(let pattern):
      try pattern.matchesWhole(name)
    case .allLinear:
      true
    }
  }

  /// Whether `name` is `suffix` or ends in a dot and `suffix`.
  package static func isSuffix(_ suffix: String, of name: String) -> Bool {
    guard name.utf8.count > suffix.utf8.count else { return name == suffix }
    return name.hasSuffix("." + suffix)
  }
}
