import ArgumentParser

/// The command `lora unmerge`.
struct UnmergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unmerge",
    abstract: "Take out of a checkpoint what was merged into it.",
    discussion: """
      The header of a merged checkpoint says which adapters are in it. With --base the result has \
      the base's bits: the base and the merged file are both checked against that record. Without \
      it, --approximate subtracts the adapters again; in half precision up to a fifth of the \
      weights come back one rounding step away. The adapters are looked for where they were when \
      they were merged, unless --adapter names them.
      """)

  @Argument(help: ArgumentHelp("The merged checkpoint.", valueName: "merged"), completion: .file())
  var merged: String

  @OptionGroup var origin: MergedOriginOptions
  @OptionGroup var output: OutputOptionsGroup
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func run() throws {
    try MergingSession(output: output, threads: threads, report: report)
      .unmerge(merged, origin: origin)
  }
}
