import ArgumentParser
import Containers
import Spectra

/// The command `lora combine`.
struct CombineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "combine",
    abstract: "Make one adapter of several weighted ones.",
    discussion: """
      Exact by default: the deltas are added, weight · s·B·A each, and brought to the smallest rank \
      that loses nothing (or to --rank, or to the one that keeps --energy). The report says how far \
      the result is from that sum, whatever the method.

      The other methods are those of PEFT's add_weighted_adapter, by its names: cat (ranks add up), \
      svd (cut to --rank, the largest of the adapters' by default), linear (A and B added each on \
      its own, which brings in cross terms), ties, dare_linear, dare_ties and magnitude_prune, which \
      keep the share --density of the elements of A and B, and with _svd behind their names that of \
      the deltas. What PEFT draws at random is drawn from --seed. Where PEFT is wrong (rank-stabilized \
      adapters come out too large by the square root of the rank) this is not.

      Parameters that an adapter brings whole are taken over with weight 1. DoRA adapters are \
      refused: their changes cannot be added. What is decomposed (exact, svd and the methods with _svd) \
      has the last bits of the machine's LAPACK.

      --json gives output, method, modules, parameters, error, seconds and module_table [module, \
      adapters, rank, norm, error].
      """)

  @Argument(
    help: ArgumentHelp(
      "Adapters, each with its weight behind '@', which is 1 by default.",
      valueName: "path[@weight]"))
  var adapters: [WeightedAdapterArgument]

  @Option(help: ArgumentHelp("How: exact, or one of PEFT's.", valueName: "method"))
  var method = CombinationMethod.exact

  @Option(help: ArgumentHelp("The rank of the result, for exact and svd.", valueName: "count"))
  var rank: Int?

  @Option(
    help: ArgumentHelp("The share of each module's energy that exact keeps.", valueName: "share"))
  var energy: Double?

  @Option(
    help: ArgumentHelp("The share of elements kept. (default: 0.5)", valueName: "share"))
  var density: Double?

  @Option(
    help: ArgumentHelp(
      """
      What DARE keeps, in place of random numbers: tensors MODULE.lora_A.NAME, MODULE.lora_B.NAME or \
      MODULE.delta.NAME, 0 for dropped, NAME being an adapter's file name.
      """, valueName: "file"),
    completion: .file())
  var masks: String?

  @Option(help: ArgumentHelp("How ties elects signs. (default: total)", valueName: "method"))
  var majoritySign: SignElection?

  @Option(
    help: ArgumentHelp("The adapters' base, where their format needs it.", valueName: "path"),
    completion: .file())
  var base: String?

  @Flag(help: "Combine although the adapters were trained on different bases.")
  var anyBase = false

  @OptionGroup var seed: SeedOption
  @OptionGroup var output: AdapterOutputOptions
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    let name = method.rawValue
    try require(adapters.count { $0.path == "-" } <= 1, "'-' can be read only once")
    try require(rank == nil || method.takesRank, "--rank has no meaning for \(name)")
    try require(rank.map { (1...65536).contains($0) } ?? true, "--rank must be 1 to 65536")
    try require(energy == nil || method == .exact, "--energy is for the method exact")
    try require(energy == nil || rank == nil, "--rank and --energy exclude each other")
    try require(energy.map { $0 > 0 && $0 <= 1 } ?? true, "--energy must be above 0 and up to 1")
    try require(density == nil || method.takesDensity, "--density has no meaning for \(name)")
    try require(density.map { $0 > 0 && $0 <= 1 } ?? true, "--density must be above 0 and up to 1")
    try require(masks == nil || method.dropsElements, "--masks has no meaning for \(name)")
    try require(
      majoritySign == nil || method.electsSigns, "--majority-sign has no meaning for \(name)")
  }

  func run() throws {
    var settings = Combine.Settings()
    settings.method = method
    settings.rank = rank
    settings.energy = energy
    settings.density = density ?? settings.density
    settings.election = majoritySign ?? settings.election
    settings.seed = seed.seed
    if let masks {
      settings.masks = try DropMask.source(
        from: TensorFile.open(masks), names: adapters.map { Folder.name(of: $0.path) })
    }
    try CombinationSession(output: output, threads: threads, report: report, base: base)
      .combine(adapters, settings, ignoresBase: anyBase)
  }
}

extension CombinationMethod: ExpressibleByArgument {}
extension SignElection: ExpressibleByArgument {}
