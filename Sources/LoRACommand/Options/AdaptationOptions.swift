import Adapters
import ArgumentParser
import Training

/// Which adapter is trained.
struct AdaptationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The adapter's rank. (default: 4, of text 16)", valueName: "rank"))
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
    help: ArgumentHelp(
      """
      How A and B begin. kaiming: A uniform in ±1/√in, B = 0. gaussian: A normal with deviation \
      1/rank, B = 0. orthogonal: both from one orthogonal matrix, BA = 0. pissa, olora: the largest \
      parts of W's singular value or QR decomposition, which are taken out of W; the adapter is \
      written with twice the rank so that it fits the unchanged base. loftq: the largest parts of what \
      quantizing took from the weights of --original. What LAPACK computes for the last four has the \
      machine's last bits.
      """, valueName: "method"))
  var `init` = AdapterInitialisation.kaiming

  @Option(
    help: ArgumentHelp(
      "For --init loftq: the network before it was quantized.", valueName: "path"),
    completion: .file())
  var original: String?

  @Option(
    help: ArgumentHelp(
      """
      Share of the adapter's input that each step leaves out in training. (default: 0, or what \
      --init-adapter says)
      """, valueName: "share"))
  var dropout: Double?

  @Option(
    help: ArgumentHelp(
      "LoRA+: B learns so many times as fast as A. The paper takes 16.", valueName: "factor"))
  var plusRatio = 1.0

  @Option(
    help: ArgumentHelp(
      "Modules to train whole and to store in the adapter, as a head, with commas between.",
      valueName: "names"))
  var modulesToSave: String?

  @Flag(help: "Rank-stabilized: scaling is alpha / √rank.")
  var rslora = false

  @Flag(
    help: """
      DoRA: each output has a trained magnitude, which begins at the norm of its row of W.
      """)
  var dora = false

  @Flag(
    help: """
      Train all biases beside the adapter; they are stored in it. --train-bias=lora-only trains those \
      of the adapted modules.
      """)
  var trainBias = false

  @Option(
    help: ArgumentHelp(
      "What --train-bias=which is short for: all or lora-only.", valueName: "which"))
  var trainBiasOf: BiasArgument?

  @Option(
    help: ArgumentHelp(
      """
      Start from this adapter; it says rank, modules, alpha, patterns, biases, dropout, --rslora and \
      --dora. --alpha and --dropout given here win; biases that it has stay trained.
      """, valueName: "path"),
    completion: .file())
  var initAdapter: String?

  @Option(
    help: ArgumentHelp(
      """
      Train on top of this adapter: PATH or PATH@WEIGHT is folded into the frozen weights in \
      memory, and the new adapter records that it needs it; repeatable.
      """, valueName: "path"))
  var adapter: [WeightedAdapterArgument] = []

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
      (original != nil) == (`init` == .loftq), "--init loftq and --original go together")
    try require((0..<1).contains(dropout ?? 0), "--dropout must be at least 0 and below 1")
    try require(plusRatio > 0 && plusRatio.isFinite, "--plus-ratio must be above 0")
    for entry in rankPattern {
      try require(
        Int(exactly: entry.value).map { (1...65536).contains($0) } ?? false,
        "--rank-pattern \(entry): the rank is a whole number from 1 to 65536")
    }
    if initAdapter != nil {
      try require(
        rank == nil && targetModules == nil && rankPattern.isEmpty && alphaPattern.isEmpty
          && `init` == .kaiming,
        "--init-adapter says rank, modules and how they begin; leave --rank, --target-modules, "
          + "--rank-pattern, --alpha-pattern and --init out")
    }
    let adapterSettings =
      rank != nil || alpha != nil || targetModules != nil || rslora || dora || trainBias
      || trainBiasOf != nil
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
    !rankPattern.isEmpty || !alphaPattern.isEmpty || `init` != .kaiming || dropout != nil
      || plusRatio != 1 || modulesToSave != nil
  }

  /// The adapter that is wanted.
  var choice: AdapterChoice {
    var choice = AdapterChoice()
    (choice.rank, choice.alpha, choice.targets) = (rank, alpha, targets)
    choice.rankPatterns = rankPattern.map { ($0.pattern, $0.value) }
    choice.alphaPatterns = alphaPattern.map { ($0.pattern, $0.value) }
    (choice.initialisation, choice.original) = (`init`, original)
    (choice.dropout, choice.plusRatio) = (dropout, plusRatio)
    choice.saved = modulesToSave?.split(separator: ",").map(String.init)
    (choice.isRankStabilized, choice.usesMagnitudes) = (rslora, dora)
    choice.biases = trainBiasOf?.mode ?? (trainBias ? .all : nil)
    choice.start = initAdapter
    choice.comparison = (compareFull, fullLearningRate)
    return choice
  }

  /// The names of `--target-modules`; nil means all.
  private var targets: [String]? { ModuleWords.targets(targetModules) }
}

/// Which biases are trained, as it is given.
enum BiasArgument: String, ExpressibleByArgument, CaseIterable {
  case all
  case loraOnly = "lora-only"

  var mode: AdapterConfiguration.BiasMode {
    switch self {
    case .all: .all
    case .loraOnly: .adaptedOnly
    }
  }
}

extension AdapterInitialisation: ExpressibleByArgument {}
