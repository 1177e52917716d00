import Tables
import Tensors

/// The lines that say what is wrong with a table, and how to go on.
struct TableFaultLines {
  let lines: [String]

  /// - Parameters:
  ///   - errors: At least one.
  ///   - target: The target, where it is the last column because none was named.
  ///   - arguments: The command line without the program's name.
  init(_ errors: [TableError], target: String?, arguments: [String]) {
    let command = ReadyCommand(errors, target: target, arguments: arguments)
    guard errors.count > 1 else {
      lines = errors.map { "\($0)" + (command.map { ", as in: \($0)" } ?? "") }
      return
    }
    var lines = errors.prefix(Self.limit).map(\.description)
    let file = escaped(errors[0].file)
    if errors.count > Self.limit {
      let rest = errors.dropFirst(Self.limit)
      let names = rest.prefix(8).compactMap(\.column).map { "\"\(escaped($0))\"" }
      lines.append(
        "\(file): and \(rest.count) more, of \(names.joined(separator: ", "))"
          + (rest.count > names.count ? " and others" : ""))
    }
    let assumed = target.map {
      "the target is \"\(escaped($0))\", the last column, unless --target names another"
    }
    let many =
      errors.count > Self.limit
      ? "choose columns with --features, or name many by a pattern as in --drop 'x*'" : nil
    let ready = command.map { "a command that says all of it: \($0)" } ?? many
    let end = [assumed, ready].compactMap(\.self).joined(separator: "; ")
    if !end.isEmpty { lines.append("\(file): \(end)") }
    self.lines = lines
  }

  /// Errors that are shown; the others are counted.
  private static let limit = 16
}
