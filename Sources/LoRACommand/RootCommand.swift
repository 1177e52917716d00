import ArgumentParser

/// The `lora` command: what it is, and its subcommands, one a line.
package struct RootCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "lora",
    abstract: "Train, merge, unmerge, swap and inspect low-rank adapters.",
    discussion: """
      Works on safetensors checkpoints (a file, a Hugging Face folder, a stream on '-', each also \
      inside gzip), PEFT adapters and CSV files. Results go to stdout, progress and errors to \
      stderr. An existing output is kept unless --force is given.
      """,
    version: "lora 0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Training",
        subcommands: [
          SynthCommand.self,
          PretrainCommand.self,
          TrainCommand.self,
          EvalCommand.self,
          PredictCommand.self,
        ]),
      CommandGroup(
        name: "Merging",
        subcommands: [
          MergeCommand.self,
          UnmergeCommand.self,
          SwapCommand.self,
          VerifyCommand.self,
        ]),
      CommandGroup(
        name: "Conversion",
        subcommands: [
          ConvertCommand.self
        ]),
      CommandGroup(
        name: "Inspection",
        subcommands: [
          Inspect.self
        ]),
    ])

  package init() {}
}
