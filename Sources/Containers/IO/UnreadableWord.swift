import Tensors

/// A word of the command line whose bytes are not UTF-8.
///
/// The language turns such bytes into others, so that a file of that name would not be found, and one
/// of another name be written.
package struct UnreadableWord: ReportableError, Equatable {
  /// Its place, counted from 1, and what can be shown of it.
  package let number: Int
  package let shown: String

  /// The first such word of the process; nil when all are text.
  package static var first: UnreadableWord? {
    for (number, word) in CommandLine.arguments.enumerated().dropFirst()
    where word.contains("\u{FFFD}") {
      guard let bytes = unsafe CommandLine.unsafeArgv[number],
        unsafe String(validatingCString: bytes) == nil
      else { continue }
      return UnreadableWord(number: number, shown: word)
    }
    return nil
  }

  package var category: FailureCategory { .wrongUsage }

  package var description: String {
    "word \(number) of the command line, \"\(escaped(shown))\", is not UTF-8 text; rename the file, "
      + "or name a link to it"
  }
}
