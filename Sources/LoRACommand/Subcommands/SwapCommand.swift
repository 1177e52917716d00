import ArgumentParser

/// The command `lora swap`.
struct SwapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swap",
    abstract: "Exchange what is merged into a checkpoint for other adapters.",
    discussion: """
      With --base the result has the bits of a direct merge of the new adapters into the base. \
      Without it, --approximate subtracts the old adapters in the same sum that adds the new ones, \
      rounded once. Ranks, targets and saved modules of old and new need not be alike.
      """)

  @Argument(help: ArgumentHelp("The merged checkpoint.", valueName: "merged"), completion: .file())
  var merged: String

  @Argument(
    help: ArgumentHelp("The new adapters, with their weights.", valueName: "adapter[@weight]"))
  var adapters: [WeightedAdapterArgument]

  @OptionGroup var origin: MergedOriginOptions
  @OptionGroup var options: MergeOptionsGroup
  @OptionGroup var output: OutputOptionsGroup
  @OptionGroup var shardSize: ShardSizeOption
  @OptionGroup var fingerprint: BaseFingerprintOption
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func run() throws {
    try MergingSession(
      output: output, shardSize: shardSize.byteCount, options: options.options,
      takesAnyBase: fingerprint.anyBase, threads: threads, report: report
    ).swap(merged, for: adapters, origin: origin)
  }
}
