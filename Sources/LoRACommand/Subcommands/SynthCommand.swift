import ArgumentParser

/// The command `lora synth`.
struct SynthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synth",
    abstract: "Make a dataset to try things on.",
    subcommands: [SynthSpiralsCommand.self])
}
