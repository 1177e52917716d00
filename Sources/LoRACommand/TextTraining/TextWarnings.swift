import Tensors

/// What of a file of texts a run leaves out, which a person should know.
struct TextWarnings {
  let rows: TextRows
  let encoder: TextRowEncoder

  /// Lines that are named.
  private static let listed = 20

  func say() {
    let (found, file) = (rows.found, escaped(rows.file))
    if !found.emptyLines.isEmpty {
      let lines = found.emptyLines.prefix(Self.listed).map { "\($0)" }.joined(separator: ", ")
      let rest = found.emptyLines.count - min(found.emptyLines.count, Self.listed)
      Warnings.say(
        "\(file): \(counted(found.emptyLines.count, "row")) with nothing to learn within "
          + "\(grouped(encoder.limit)) tokens left out: line \(lines)"
          + (rest > 0 ? " and \(rest) more" : ""))
    }
    if found.cut > 0 {
      Warnings.say(
        "\(file): the end of \(counted(found.cut, "row")) is cut off after "
          + "\(grouped(encoder.limit)) tokens; a larger --max-tokens keeps it, --too-long fail "
          + "names the rows")
    }
    if found.withoutSystem > 0, let writer = encoder.examples.writer {
      Warnings.say(
        "\(escaped(writer.templateFile)): the template leaves out what the system says in "
          + "\(counted(found.withoutSystem, "row"))")
    }
  }
}
