import ArgumentParser

/// The command `lora diff`.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Say what differs between two checkpoints or two adapters.",
    discussion: """
      Checkpoints: tensor by tensor, how many elements have other values, the largest difference, and \
      the norm of the difference relative to the first's; infinite where a number stands against an \
      infinity or a NaN. Values that are the same in other bits, as -0 for 0 or another NaN, are \
      equal, and counted. Both are streamed.

      Adapters, of any format: module by module, factors and scaling bit by bit, and the relative \
      norm of the difference of the deltas s·B·A, through the factors. And side by side, what \
      combining or stacking them will do: the cosine of the deltas, the ratio of their norms, the \
      principal angles between the spaces that they write to and that they read, module by module \
      and summed. Cosines of 0.95 and above are one update twice, above 0.3 they add up, below -0.3 \
      they cancel; else they share directions when a quarter of a space and twice what chance gives \
      is in common, and are independent otherwise. With --stored the files' tensors are compared \
      as they are stored, as those of checkpoints.

      Exit status 1 means that they differ, by more than --tolerance where it is given.

      --json gives first, second, equal, compared, different, other_bits, seconds and tensors \
      [tensor, verdict (equal, equal in other bits, different, only in the first, only in the \
      second, another shape or type), first, second, differing, other_bits, elements, max, \
      relative]. Adapters have overlap: verdict, cosine, norm_ratio, sum_share, column_share, \
      column_chance, row_share, row_chance, ranks, modules_in_both, only_in_first, only_in_second, \
      misfits, replaced_by_both and modules [module, verdict, cosine, norm_first, norm_second, \
      sum_share, column_share, row_share, column_angles and row_angles in degrees, ranks, \
      direction_only].
      """)

  @Argument(
    help: ArgumentHelp("A checkpoint or an adapter; '-' is stdin.", valueName: "first"),
    completion: .file())
  var first: String

  @Argument(help: ArgumentHelp("Another one.", valueName: "second"), completion: .file())
  var second: String

  @Option(
    help: ArgumentHelp(
      "Relative norm of a difference up to which tensors count as equal.", valueName: "norm"))
  var tolerance = 0.0

  @Flag(help: "List equal tensors as well, and every module.")
  var tensors = false

  @Flag(help: "Compare adapters as files of tensors, by the tensors' own names.")
  var stored = false

  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try require(first != "-" || second != "-", "'-' can be read only once")
    try require(tolerance >= 0 && tolerance.isFinite, "--tolerance must be 0 or above")
  }

  func run() throws {
    try ComparisonSession(
      tolerance: tolerance, listsAll: tensors, isStored: stored, threads: threads, report: report
    ).compare(first, second)
  }
}
