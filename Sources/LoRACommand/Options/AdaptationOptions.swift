import ArgumentParser
import Training

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
      Modules to adapt: names or their last dotted parts, with commas between, * and ? standing \
      for any characters and for one; 're:' and a regular expression; or 'all-linear'. (default: \
      all-linear)
      """, valueName: "names"))
  var targetModules: String?

  @Option(
    help: ArgumentHelp(
      "Another rank for modules whose names end as the pattern says; repeatable.",
      valueName: "pattern=rank"))
  var rankPattern: [PatternValueArgument] = []

  @Option(
    help: ArgumentHelp(
      "Another alpha for modules whose names end as the pattern says; repeatable.",
      valueName: "pattern=alpha"))
  var alphaPattern: [PatternValueArgument] = []

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      """
      How A and B begin. kaiming: A uniform in ±1/√in, B = 0. gaussian: A normal with deviation \
      1/rank, B = 0. orthogonal: both from one orthogonal matrix, BA = 0. pissa, olora: the largest \
      parts of W's singular value or QR decomposition, which are taken out of W; the adapter is \
      written with twice the rank so that it fits the unchanged base. loftq: the largest parts of what \
      quantizing took from the weights of --original. What LAPACK computes for the last four has the \
      machine's last bits.
      """, valueName: "method"))
  var initialisation = AdapterInitialisation.kaiming

  @Option(
    help: ArgumentHelp(
      "For --init loftq: the network before it was quantized.", valueName: "path"),
    completion: .file())
  var original: String?

  @Option(
    help: ArgumentHelp(
      "Share of the adapter's input that each batch leaves out in training.", valueName: "share"))
  var dropout = 0.0

  @Option(
    help: ArgumentHelp(
      "LoRA+: B learns so many times as fast as A. The paper takes 16.", valueName: "factor"))
  var plusRatio = 1.0

  @Option(
    name: .customLong("modules-to-save"),
    help: ArgumentHelp(
      "Modules to train whole and to store in the adapter, as a head, with commas between.",
      valueName: "names"))
  var saveModules: String?

  @Flag(help: "Rank-stabilized: scaling is alpha / √rank.")
  var rslora = false

  @Flag(
    help: """
      DoRA: each output has a trained magnitude, which begins at the norm of its row of W.
      """)
  var dora = false

  @Flag(help: "Train all biases beside the adapter; they are stored in it.")
  var trainBias = false

  @Option(
    help: ArgumentHelp(
      "Start from this adapter; it says rank, modules and alpha.", valueName: "path"),
    completion: .file())
  var initAdapter: String?

  @Option(
    name: .customLong("adapter"),
    help: ArgumentHelp(
      """
      Train on top of this adapter: PATH or PATH@WEIGHT is folded into the frozen weights in \
      memory, and the new adapter records that it needs it; repeatable.
      """, valueName: "path"))
  var foundation: [WeightedAdapterArgument] = []

  @Flag(help: "Go on even when an adapter records another base's fingerprint.")
  var anyBase = false

  @Flag(help: "Train all weights of the network instead; the output is a network, not an adapter.")
  var full = false

  @Flag(
    help: """
      After the adapter train all weights too, on the same batches, and set both side by side; the \
      fully trained network is not kept.
      """)
  var compareFull = false

  @Option(
    help: ArgumentHelp(
      "The learning rate of that full fine-tuning. (default: --learning-rate)", valueName: "rate"))
  var fullLearningRate: Double?

  func validate() throws {
    try require(
      (1...65536).contains(rank ?? 1), "--rank is \(rank ?? 0), expected 1 to 65536")
    try require((alpha ?? 1).isFinite, "--alpha must be finite")
    try require(
      (original != nil) == (initialisation == .loftq), "--init loftq and --original go together")
    try require((0..<1).contains(dropout), "--dropout must be at least 0 and below 1")
    try require(plusRatio > 0 && plusRatio.isFinite, "--plus-ratio must be above 0")
    for entry in rankPattern {
      try require(
        Int(exactly: entry.value).map { (1...65536).contains($0) } ?? false,
        "--rank-pattern \(entry): the rank is a whole number from 1 to 65536")
    }
    if initAdapter != nil {
      try require(
        rank == nil && targetModules == nil && rankPattern.isEmpty && alphaPattern.isEmpty
          && initialisation == .kaiming,
        "--init-adapter says rank and modules; leave --rank and --target-modules out")
    }
    let adapterSettings =
      rank != nil || alpha != nil || targetModules != nil || rslora || dora || trainBias
      || initAdapter != nil || hasFineSettings
    try require(
      !full || !adapterSettings,
      "--full trains no adapter; leave the adapter's options out")
    try require(!full || !compareFull, "--compare-full compares an adapter; leave --full out")
    try require(
      (fullLearningRate ?? 1) > 0 && (fullLearningRate ?? 1).isFinite,
      "--full-learning-rate must be above 0")
    try require(
      fullLearningRate == nil || compareFull, "--full-learning-rate goes with --compare-full")
  }

  private var hasFineSettings: Bool {
    !rankPattern.isEmpty || !alphaPattern.isEmpty || initialisation != .kaiming || dropout != 0
      || plusRatio != 1 || saveModules != nil
  }

  /// What decides the adapter, by the options' names.
  var settings: RunSettings {
    var settings: RunSettings = []
    if let rank { settings.append(("rank", .number(rank))) }
    if let alpha { settings.append(("alpha", .number(alpha))) }
    if let targetModules { settings.append(("target-modules", .string(targetModules))) }
    for (name, patterns) in [("rank-pattern", rankPattern), ("alpha-pattern", alphaPattern)]
    where !patterns.isEmpty {
      settings.append((name, .array(patterns.map { .string($0.description) })))
    }
    if let saveModules { settings.append(("modules-to-save", .string(saveModules))) }
    settings += [
      ("init", .string(initialisation.rawValue)), ("dropout", .number(dropout)),
      ("plus-ratio", .number(plusRatio)),
    ]
    settings += [
      ("rslora", .bool(rslora)), ("dora", .bool(dora)), ("train-bias", .bool(trainBias)),
    ]
    if let initAdapter { settings.append(("init-adapter", .string(initAdapter))) }
    if !foundation.isEmpty {
      settings.append(("adapter", .array(foundation.map { .string($0.text) })))
    }
    return settings + [("any-base", .bool(anyBase)), ("full", .bool(full))]
  }

  /// The names of `--target-modules`; nil means all.
  var targets: [String]? {
    guard let targetModules, targetModules.lowercased() != "all-linear" else { return nil }
    return ModuleWords.of(targetModules)
  }

  /// The names of `--modules-to-save`.
  var modulesToSave: [String]? { saveModules?.split(separator: ",").map(String.init) }
}

extension AdapterInitialisation: ExpressibleByArgument {}
