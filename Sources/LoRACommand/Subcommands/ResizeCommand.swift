import ArgumentParser

/// The command `lora resize`.
struct ResizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resize",
    abstract: "Give an adapter other ranks, at the least possible error.",
    discussion: """
      Each delta s·B·A is replaced by its best approximation: of one rank for all (--rank), of the \
      smallest that keeps a share of its energy (--energy), or within a budget that is spread over \
      the modules where it buys the most. No delta is formed: the factors' QR decompositions and a \
      core of rank x rank are enough. LoHa, LoKr and whole differences of weights become pairs of the \
      chosen rank as well; --base says what kernels of convolutions they are of. Biases, magnitudes and parameters stored whole stay. A rank \
      above a module's own leaves that module as it is, up to rounding. LAPACK decomposes, and the last \
      bits of its results are the machine's.

      --json gives output, modules, parameters, parameters_before, error (of all modules together, \
      relative), seconds and module_table [module, rank, new_rank, norm, error].
      """)

  @Argument(
    help: ArgumentHelp("The adapter; '-' is stdin.", valueName: "adapter"), completion: .file())
  var adapter: String

  @OptionGroup var ranks: RankOptions

  @Option(
    help: ArgumentHelp("The adapter's base, where its format needs it.", valueName: "path"),
    completion: .file())
  var base: String?

  @OptionGroup var output: AdapterOutputOptions
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func run() throws {
    try CombinationSession(output: output, threads: threads, report: report, base: base)
      .resize(adapter, to: ranks.choice(byteCount: 4))
  }
}
