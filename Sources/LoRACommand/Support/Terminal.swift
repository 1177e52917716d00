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
  static let reportWidth: Int? =
    isatty(STDOUT_FILENO) == 1 ? environment["COLUMNS"].flatMap { Int($0) } : nil

  private static let environment = ProcessInfo.processInfo.environment
}
