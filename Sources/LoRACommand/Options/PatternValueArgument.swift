import ArgumentParser

/// A value for the modules that a pattern names: `PATTERN=VALUE`.
struct PatternValueArgument: ExpressibleByArgument, CustomStringConvertible {
  /// A regular expression for the end of a module's name.
  let pattern: String
  let value: Double

  init?(argument: String) {
    guard let equals = argument.lastIndex(of: "="),
      let value = Double(argument[argument.index(after: equals)...]), value.isFinite,
      equals != argument.startIndex
    else { return nil }
    (pattern, self.value) = (String(argument[..<equals]), value)
  }

  var description: String {
    let whole = Int(exactly: value)
    return "\(pattern)=" + (whole.map { "\($0)" } ?? "\(value)")
  }
}
