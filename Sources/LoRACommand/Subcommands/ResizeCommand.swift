import ArgumentParser
import Spectra

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

      A single file without a configuration (kohya, diffusers, ComfyUI) needs no --base when the \
      output is one file too: it keeps its names, format and metadata, but for hashes of the old \
      tensors.

      --json gives output, modules, parameters, parameters_before, error (of all modules together, \
      relative), seconds and module_table [module, rank, new_rank, norm, error].
      """)

  @Argument(
    help: ArgumentHelp("The adapter; '-' is stdin.", valueName: "adapter"), completion: .file())
  var adapter: String

  @OptionGroup var ranks: RankOptions

  @Option(
    help: ArgumentHelp(
      "Choose ranks as kohya's resize_lora.py does: sv_ratio, sv_cumulative or sv_fro.",
      valueName: "method"))
  var method: KohyaRank.Method?

  @Option(
    help: ArgumentHelp("How much --method keeps, as 0.9, or 20 for sv_ratio.", valueName: "p"))
  var keep: Double?

  @Option(
    help: ArgumentHelp(
      "With --method: no convolution gets a higher rank. (default: --max-rank)",
      valueName: "count"))
  var maxConvRank: Int?

  @Option(
    help: ArgumentHelp("The adapter's base, where its format needs it.", valueName: "path"),
    completion: .file())
  var base: String?

  @OptionGroup var output: AdapterOutputOptions
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard let method else {
      try require(keep == nil && maxConvRank == nil, "--keep and --max-conv-rank need --method")
      return try ranks.requireChoice()
    }
    try require(
      ranks.rank == nil && ranks.energy == nil && ranks.budget == nil,
      "--method chooses the ranks; leave --rank, --energy and --budget out")
    guard let keep else { throw ValidationError("--method needs --keep") }
    try require(
      method == .ratio ? keep >= 1 : keep > 0 && keep <= 1,
      "--keep is \(keep), expected \(method == .ratio ? "1 or more" : "above 0 and up to 1")")
    try require(maxConvRank.map { $0 >= 1 } ?? true, "--max-conv-rank is less than 1")
  }

  private var choice: RankChoice {
    guard let method, let keep else { return ranks.choice(byteCount: 4) }
    return .kohya(
      KohyaRank(method, keep: keep, most: ranks.maxRank, mostOfConvolutions: maxConvRank))
  }

  func run() throws {
    try CombinationSession(output: output, threads: threads, report: report, base: base)
      .resize(adapter, to: choice)
  }
}

extension KohyaRank.Method: ExpressibleByArgument {}
