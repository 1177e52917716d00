import ArgumentParser
import Containers

/// Where a command writes what it would else print.
struct TextOutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("What to write; '-' for stdout. (default: -)", valueName: "path"),
    completion: .file())
  var output: String?

  @Flag(help: "Replace the output if it exists.")
  var force = false

  @Flag(help: "Do not wait until the output has reached the disk.")
  var noSync = false

  @Flag(
    inversion: .prefixedNo,
    help: "Write inside gzip. (default: when the output ends in .gz)")
  var gzip: Bool?

  func validate() throws {
    if output?.isEmpty == true { throw ValidationError("--output is empty") }
  }

  /// The path of a file; nil for stdout.
  var file: String? { output == "-" ? nil : output }

  private var containerOptions: OutputOptions {
    OutputOptions(force: force, synchronizes: !noSync)
  }

  /// Refuses an output that exists, before the work whose result it could not take.
  func checkFree() throws {
    if let file { try OutputPlace.checkFile(file, options: containerOptions) }
  }

  /// Opens the output, has `write` fill it, and gives it its name; nothing is left when that throws.
  func write(threads: Int, _ write: (TextOutput) throws -> Void) throws {
    let text = try TextOutput(
      file.map { .path($0, containerOptions) } ?? .standardOutput,
      compresses: gzip ?? (file?.hasSuffix(".gz") ?? false), threads: threads)
    do {
      try write(text)
      try text.finish()
    } catch {
      text.discard()
      throw error
    }
  }
}
