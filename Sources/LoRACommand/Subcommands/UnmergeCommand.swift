import ArgumentParser

/// The command `lora unmerge`.
struct UnmergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unmerge",
    abstract: "Take out of a checkpoint what was merged into it.",
    discussion: """
      The header of a merged checkpoint says which adapters are in it. After merge --reversible \
      they come out by their remainders, bit for bit; the result is checked against the base's \
      fingerprint before it is published. With --base the base's bits are copied: the base and the \
      merged file are both checked against that record. Else --approximate subtracts the adapters \
      again; in half precision up to a fifth of the weights come back one rounding step away. \
      Adapters and remainders are looked for where they were when they were merged, unless \
      --adapter and --remainder name them.
      """)

  @Argument(help: ArgumentHelp("The merged checkpoint.", valueName: "merged"), completion: .file())
  var merged: String

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Take out the merge with this adapter and leave the others in; by remainders only.",
      valueName: "adapter"),
    completion: .file())
  var only: [String] = []

  @OptionGroup var origin: MergedOriginOptions
  @OptionGroup var output: EditedOutputOptions
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try output.validate(inputs: [merged] + origin.inputs)
    if !only.isEmpty, origin.base != nil || origin.approximate {
      throw ValidationError("--only works by remainders: leave --base and --approximate out")
    }
  }

  func run() throws {
    try MergingSession(output: output, threads: threads, report: report)
      .unmerge(merged, origin: origin, only: only)
  }
}
