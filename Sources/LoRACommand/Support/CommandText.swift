/// A command line as a person can give it to a shell.
struct CommandText: Equatable, CustomStringConvertible {
  let description: String

  /// The command that the process was started with, `options` behind its name.
  ///
  /// They go in front of the other arguments, where a `--` among these cannot reach them.
  init(_ arguments: [String], adding options: [String]) {
    let name = arguments.dropFirst().prefix(1)
    description = (["lora"] + name + options + arguments.dropFirst(2))
      .map(Self.word).joined(separator: " ")
  }

  /// `text` as one word of a POSIX shell.
  private static func word(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: "-_./,:=+@%".utf8.contains(byte)
      }
    }
    if isPlain, !text.isEmpty { return text }
    return "'" + text.replacing("'", with: "'\\''") + "'"
  }
}
