import ArgumentParser

/// Where an edited checkpoint goes: to another place, or over itself.
struct EditedOutputOptions: ParsableArguments, CheckpointOutputOptions {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "What to write: a file, a folder, or '-' for stdout.", valueName: "path"),
    completion: .file())
  var path: String?

  @Flag(
    help: """
      Change the checkpoint itself, under a journal: killed at any moment, lora recover finishes or \
      undoes the change.
      """)
  var inPlace = false

  @Flag(
    help: "Replace the output if it exists; in place, also while another process has it open.")
  var force = false

  @Flag(help: "Do not wait until the output has reached the disk.")
  var noSync = false

  @Flag(
    inversion: .prefixedNo,
    help: "Write inside gzip. (default: when the output ends in .gz)")
  var gzip: Bool?

  /// The path of another place; empty in place.
  var output: String { path ?? "" }

  func validate() throws {
    guard inPlace else {
      guard let path else { throw ValidationError("give --output, or --in-place") }
      if path.isEmpty { throw ValidationError("--output is empty") }
      return
    }
    if path != nil { throw ValidationError("--output and --in-place exclude each other") }
    if noSync { throw ValidationError("--in-place is safe by waiting: leave --no-sync out") }
    if gzip != nil { throw ValidationError("--in-place keeps the form: leave --gzip out") }
  }

  /// Refuses what cannot be read again after an interruption, or changes more than values.
  ///
  /// - Parameters:
  ///   - paths: All inputs.
  ///   - changesForm: Whether types, shapes or shards are to change.
  /// - Throws: `ValidationError`.
  func validate(inputs paths: [String], changesForm: Bool = false) throws {
    guard inPlace else { return }
    if paths.contains("-") {
      throw ValidationError("--in-place needs files that can be read again, not '-'")
    }
    if changesForm {
      throw ValidationError(
        "--in-place changes values only: leave --dtype, --shard-size, --resize-vocab, "
          + "--tied untie, --dequantize and --requantize out")
    }
  }
}
