import Adapters
import ArgumentParser
import Kernels

/// The command `lora train`.
struct TrainCommand: TrainingCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train an adapter for a frozen network on a table.",
    discussion: """
      y = x Wᵀ + b + s·(x Aᵀ) Bᵀ, where W and b stay as they are, A begins uniform in ±1/√in and B at \
      0. The adapter is what PEFT reads: a folder, or one file for a name in .safetensors. It \
      records the base's fingerprint, so that it is not merged into another.

      The same seed gives the same bits on any machine, with any number of threads; only what LAPACK \
      begins (--init pissa, olora, orthogonal, loftq) is the machine's. Weights stay in memory in the \
      type that they are stored in; f64 ones are rounded to f32, in which training computes.
      """)

  @Argument(
    help: ArgumentHelp(
      "Network: a file, a folder, or '-' for stdin.", valueName: "base"), completion: .file())
  var base: String

  @Argument(
    help: ArgumentHelp(
      "Table as CSV: a file, also inside gzip, or '-' for stdin.", valueName: "data"),
    completion: .file())
  var table: String

  @OptionGroup(title: "Adapter") var adaptation: AdaptationOptions
  @OptionGroup(title: "Table") var data: DataOptions
  @OptionGroup(title: "Table") var columns: PreparationOptions
  @OptionGroup(title: "Table") var rules: TableRuleOptions
  @OptionGroup(title: "Optimization") var optimization: OptimizationOptions
  @OptionGroup(title: "Validation") var validation: ValidationOptions
  @OptionGroup(title: "State") var states: StateOptions

  @OptionGroup var network: NetworkOptions

  @OptionGroup var seed: SeedOption
  @OptionGroup var output: OutputOptionsGroup
  @OptionGroup var threads: ThreadsOption
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try require(base != "-" || table != "-", "'-' can be read only once")
    try require(
      output.gzip != true || adaptation.full || AdapterFile.isSingleFile(output.output),
      "--gzip is for single files: end the adapter's name in .safetensors.gz")
  }

  func run() throws {
    let below = try NetworkAdapters(adaptation.adapter)
    let session = TrainSession(
      preparation: preparation(standardizes: false), classWeights: optimization.classWeights,
      run: trainingRun, output: output.place, report: report, seed: seed.seed, below: below,
      anyBase: adaptation.anyBase)
    let network = try BaseNetwork<Float>(base, network.settings(under: below))
    if adaptation.full {
      try session.trainFully(of: consume network, on: table)
    } else {
      try session.trainAdapter(adaptation.choice, of: network, on: table)
    }
  }
}
