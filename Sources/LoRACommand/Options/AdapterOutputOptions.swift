import Adapters
import ArgumentParser
import Containers

/// Where an adapter is written.
struct AdapterOutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The adapter: a folder, one file when it ends in .safetensors, or '-' for stdout.",
      valueName: "path"),
    completion: .file())
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var force = false

  @Flag(help: "Do not wait until the output has reached the disk.")
  var noSync = false

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output is empty") }
  }

  /// Whether the output is stdout, so that a report has to go elsewhere.
  var isStandardOutput: Bool { output == "-" }

  /// How files are written.
  var containerOptions: OutputOptions { OutputOptions(force: force, synchronizes: !noSync) }

  /// Refuses an output that exists, before the work whose result it could not take.
  func checkFree() throws {
    guard !isStandardOutput else { return }
    if AdapterFile.isSingleFile(output) {
      try OutputPlace.checkFile(output, options: containerOptions)
    } else {
      try OutputPlace.checkFolder(output, options: containerOptions)
    }
  }
}
