import ArgumentParser

/// Where a command writes, and how.
package struct OutputOptionsGroup: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "What to write: a file, a folder, or '-' for stdout.", valueName: "path"),
    completion: .file())
  package var output: String

  @Flag(help: "Replace the output if it exists.")
  package var force = false

  @Flag(help: "Do not wait until the output has reached the disk.")
  package var noSync = false

  @Flag(
    inversion: .prefixedNo,
    help: "Write inside gzip. (default: when the output ends in .gz)")
  package var gzip: Bool?

  package init() {}

  package func validate() throws {
    if output.isEmpty { throw ValidationError("--output is empty") }
  }
}
