import ArgumentParser

/// The command `lora swap`.
struct SwapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swap",
    abstract: "Exchange what is merged into a checkpoint for other adapters.",
    discussion: """
      After merge --reversible the old adapters come out by their remainders while the new ones go \
      in, in one pass; the result has the bits of a direct merge into the base, and a remainder of \
      its own. With --base the base is read instead. Else --approximate subtracts the old adapters \
      in the same sum that adds the new ones, rounded once. Ranks, targets and saved modules of old \
      and new need not be alike.
      """)

  @Argument(help: ArgumentHelp("The merged checkpoint.", valueName: "merged"), completion: .file())
  var merged: String

  @Argument(
    help: ArgumentHelp("The new adapters, with their weights.", valueName: "adapter[@weight]"))
  var adapters: [WeightedAdapterArgument]

  @OptionGroup var origin: MergedOriginOptions
  @OptionGroup var part: PartOption
  @OptionGroup var options: MergeOptionsGroup
  @OptionGroup var reversible: ReversibleOptions

  @Option(
    help: ArgumentHelp("Where the new remainder goes.", valueName: "path"), completion: .file())
  var newRemainder: String?

  @OptionGroup var output: EditedOutputOptions
  @OptionGroup var shardSize: ShardSizeOption
  @OptionGroup var fingerprint: BaseFingerprintOption
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if newRemainder != nil, !reversible.reversible, origin.base != nil || origin.approximate {
      throw ValidationError("--new-remainder needs --reversible when no remainder is read")
    }
    if reversible.reversible, origin.approximate {
      throw ValidationError("after --approximate the base's bits are lost: nothing is reversible")
    }
    try output.validate(
      inputs: [merged] + adapters.map(\.path) + origin.inputs,
      changesForm: options.changesForm || shardSize.byteCount != nil)
    if ([merged] + adapters.map(\.path)).filter({ $0 == "-" }).count > 1 {
      throw ValidationError("'-' can be read only once")
    }
  }

  func run() throws {
    try MergingSession(
      output: output, isReversible: reversible.reversible, newRemainder: newRemainder,
      shardSize: shardSize.byteCount, options: options.options,
      takesAnyBase: fingerprint.anyBase, part: part.value, threads: threads, report: report
    ).swap(merged, for: adapters, origin: origin)
  }
}
