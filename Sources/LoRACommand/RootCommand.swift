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

      Exit codes: 0 done; 1 compared, and different; 2 compared, and it cannot be told; 64 wrong usage; \
      65 bad data; 66 input missing; 70 a bug of ours; 71 out of memory, or a library missing; \
      73 output cannot be created; 74 reading or writing failed; 75 in use; 77 no permission; 128 + n ended by signal n; 141 the reader of stdout went away.

      Environment: LORA_INSTRUCTION_SET is portable, avx2, avx512 or neon, to compute with that in \
      place of the fastest that the processor has. LORA_LAPACK is the library to decompose matrices \
      with, in place of the system's OpenBLAS; that is told what processor it runs on unless \
      OPENBLAS_CORETYPE does.
      """,
    version: Version.line,
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
        name: "Text",
        subcommands: [
          TokenizeCommand.self,
          GenerateCommand.self,
          EmbedCommand.self,
        ]),
      CommandGroup(
        name: "Merging",
        subcommands: [
          MergeCommand.self,
          UnmergeCommand.self,
          SwapCommand.self,
          RecoverCommand.self,
          VerifyCommand.self,
        ]),
      CommandGroup(
        name: "Conversion",
        subcommands: [
          ConvertCommand.self,
          ExtractCommand.self,
          ResizeCommand.self,
          CombineCommand.self,
          QuantizeCommand.self,
          DequantizeCommand.self,
        ]),
      CommandGroup(
        name: "Inspection",
        subcommands: [
          InspectCommand.self,
          PlanCommand.self,
          SpectrumCommand.self,
          DiffCommand.self,
          ExploreCommand.self,
        ]),
    ])

  package init() {}
}
