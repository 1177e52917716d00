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
      equal, and counted. Both are streamed. Adapters, of any format: module by module, factors and scaling bit \
      by bit, and the relative norm of the difference of the deltas s·B·A, through the factors.

      Exit status 1 means that they differ, by more than --tolerance where it is given.

      --json gives equal, compared, different, other_bits, seconds and tensors [tensor, verdict \
      (equal, equal in other bits, different, only in the first, only in the second, another shape \
      or type), first, second, differing, other_bits, elements, max, relative].
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

  @Flag(help: "List equal tensors as well.")
  var tensors = false

  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try require(first != "-" || second != "-", "'-' can be read only once")
    try require(tolerance >= 0 && tolerance.isFinite, "--tolerance must be 0 or above")
  }

  func run() throws {
    try ComparisonSession(
      tolerance: tolerance, listsAll: tensors, threads: threads, report: report
    ).compare(first, second)
  }
}
