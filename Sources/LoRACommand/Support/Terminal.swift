import Containers
import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What the process was started on.
enum Terminal {
  /// Whether stderr is a terminal, with a person who reads it.
  static let hasReader: Bool = isatty(STDERR_FILENO) == 1

  /// Whether stdin is a terminal, with a person who types.
  static let readsFromPerson: Bool = isatty(STDIN_FILENO) == 1

  /// Whether stderr is a terminal that can wipe a line.
  static let showsProgress: Bool =
    hasReader && environment["TERM"] != nil && environment["TERM"] != "dumb"

  /// Columns to fit a report on stdout into; nil when it is no terminal, or one of unknown width.
  static let reportWidth: Int? = width(of: STDOUT_FILENO)

  /// Columns to fit a report on stderr into, likewise.
  static let aheadWidth: Int? = width(of: STDERR_FILENO)

  /// What COLUMNS says, or else the terminal.
  private static func width(of descriptor: Int32) -> Int? {
    guard isatty(descriptor) == 1 else { return nil }
    return environment["COLUMNS"].flatMap { Int($0) } ?? TerminalWidth.columns(of: descriptor)
  }

  private static let environment = ProcessInfo.processInfo.environment
}
