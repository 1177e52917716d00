import ArgumentParser
import Containers

/// Which adapter is trained.
struct AdaptationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The adapter's rank. (default: 4)", valueName: "rank"))
  var rank: Int?

  @Option(
    help: ArgumentHelp(
      "Scaling is alpha / rank. (default: twice the rank)", valueName: "alpha"))
  var alpha: Double?

  @Option(
    help: ArgumentHelp(
      """
      Modules to adapt: names or their last dotted parts, with commas between, or 'all-linear'. \
      (default: all-linear)
      """, valueName: "names"))
  var targetModules: String?

  @Flag(help: "Rank-stabilized: scaling is alpha / √rank.")
  var rslora = false

  @Flag(help: "Train all biases beside the adapter; they are stored in it.")
  var trainBias = false

  @Option(
    help: ArgumentHelp(
      "Start from this adapter; it says rank, modules and alpha.", valueName: "path"),
    completion: .file())
  var initAdapter: String?

  @Flag(help: "Train all weights of the network instead; the output is a network, not an adapter.")
  var full = false

  func validate() throws {
    try require(
      (1...65536).contains(rank ?? 1), "--rank is \(rank ?? 0), expected 1 to 65536")
    try require((alpha ?? 1).isFinite, "--alpha must be finite")
    if initAdapter != nil {
      try require(
        rank == nil && targetModules == nil,
        "--init-adapter says rank and modules; leave --rank and --target-modules out")
    }
    let adapterSettings =
      rank != nil || alpha != nil || targetModules != nil || rslora || trainBias
      || initAdapter != nil
    try require(
      !full || !adapterSettings,
      "--full trains no adapter; leave the adapter's options out")
  }

  /// What decides the adapter, by the options' names.
  var settings: RunSettings {
    var settings: RunSettings = []
    if let rank { settings.append(("rank", .number(rank))) }
    if let alpha { settings.append(("alpha", .number(alpha))) }
    if let targetModules { settings.append(("target-modules", .string(targetModules))) }
    settings += [("rslora", .bool(rslora)), ("train-bias", .bool(trainBias))]
    if let initAdapter { settings.append(("init-adapter", .string(initAdapter))) }
    return settings + [("full", .bool(full))]
  }

  /// The names of `--target-modules`; nil means all.
  var targets: [String]? {
    guard let targetModules, targetModules.lowercased() != "all-linear" else { return nil }
    return targetModules.split(separator: ",").map(String.init)
  }
}
