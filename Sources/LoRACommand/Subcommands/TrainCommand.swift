import Adapters
import ArgumentParser
import Kernels

/// The command `lora train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train an adapter for a frozen network on a table.",
    discussion: """
      y = x Wᵀ + b + s·(x Aᵀ) Bᵀ, where W and b stay as they are, A begins uniform in ±1/√in and B at \
      0. The adapter is what PEFT reads: a folder, or one file for a name in .safetensors. It \
      records the base's fingerprint, so that it is not merged into another.

      The same seed, machine and number of threads give the same bits.
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
  @OptionGroup(title: "Optimization") var optimization: OptimizationOptions
  @OptionGroup(title: "Validation") var validation: ValidationOptions
  @OptionGroup(title: "State") var checkpoints: CheckpointOptions

  @Option(
    help: ArgumentHelp(
      "relu, gelu, silu or tanh. (default: the network's, else relu)", valueName: "name"))
  var activation: Activation?

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
    var settings = adaptation.settings + data.settings + columns.settings
    if let activation { settings.append(("activation", .string(activation.rawValue))) }
    settings.append(("seed", .string("\(seed.seed)")))
    let preparation = TrainingTables.Preparation(
      data: data, columns: columns, validation: validation,
      workers: Workers(count: threads.count))
    let run = TrainingRun(
      options: optimization, checkpoints: checkpoints, validation: validation, output: output,
      workers: Workers(count: threads.count), isQuiet: report.quiet, settings: settings)
    let session = TrainSession(preparation: preparation, run: run, report: report, seed: seed.seed)
    let network = try BaseNetwork<Float>(base, activation: activation)
    if adaptation.full {
      try session.trainFully(adaptation, of: network, on: table)
    } else {
      try session.trainAdapter(adaptation, of: network, on: table)
    }
  }
}
