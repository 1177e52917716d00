import ArgumentParser
import Training

/// How training moves the parameters.
///
/// The defaults suit the small networks that tables are fitted with: AdamW needs no tuned rate there,
/// and 0.01 is ten times its usual one because the networks are shallow.
struct OptimizationOptions: ParsableArguments {
  /// The rules for a step.
  enum OptimizerName: String, ExpressibleByArgument, CaseIterable {
    case sgd
    case adam
    case adamw
  }

  @Option(help: ArgumentHelp("sgd, adam or adamw.", valueName: "name"))
  var optimizer = OptimizerName.adamw

  @Option(help: ArgumentHelp("The learning rate after the warm-up.", valueName: "rate"))
  var learningRate = 0.01

  @Option(
    help: ArgumentHelp(
      "Rows of a batch, the last of a pass may be short; 0 for all rows at once.",
      valueName: "rows"))
  var batchSize = 32

  @Option(
    help: ArgumentHelp(
      "Passes over the data. (default: as many as come to 3,000 steps, at least 1)",
      valueName: "count"))
  var epochs: Int?

  @Option(help: ArgumentHelp("Steps to take, in place of --epochs.", valueName: "count"))
  var steps: Int?

  @Flag(help: "Take batches in the file's order instead of a new random one each pass.")
  var noShuffle = false

  @Option(help: ArgumentHelp("Momentum of sgd.", valueName: "factor"))
  var momentum = 0.0

  @Flag(help: "Nesterov's momentum, for sgd.")
  var nesterov = false

  @Option(
    help: ArgumentHelp(
      "Decay of all trained parameters; adamw decouples it from the gradient.", valueName: "rate"))
  var weightDecay = 0.0

  @Option(
    help: ArgumentHelp("The largest norm of all gradients together.", valueName: "norm"))
  var clipNorm: Double?

  @Option(
    help: ArgumentHelp(
      "Batches whose gradients make one step, as though they were one batch.",
      valueName: "batches"))
  var accumulate = 1

  @Option(
    help: ArgumentHelp(
      """
      What each class counts for in the loss: numbers in the classes' order with commas between, or \
      'balanced' for the inverse of its share. (default: the same)
      """, valueName: "weights"))
  var classWeights: ClassWeightsArgument?

  @Option(
    help: ArgumentHelp(
      "The rate after the warm-up: constant, or falling to 0 on a line (linear) or a cosine.",
      valueName: "shape"))
  var schedule = Schedule.Shape.constant

  @Option(
    help: ArgumentHelp(
      """
      Steps in which the rate rises from 0 to --learning-rate: a whole number, or a share of the \
      run's steps as 0.1 or 10%.
      """, valueName: "steps"))
  var warmup = WarmupArgument.steps(0)

  @Option(
    help: ArgumentHelp(
      "Write a line of JSON for every step: step, epoch, loss, learning_rate, gradient_norm.",
      valueName: "path"),
    completion: .file())
  var log: String?

  @Option(
    help: ArgumentHelp(
      "Draw losses and learning rate into this file, as SVG.", valueName: "path"),
    completion: .file())
  var chart: String?

  @Option(
    help: ArgumentHelp(
      """
      Take the options of an earlier run: from a JSON file, or from the adapter that it wrote. \
      Options given here win.
      """, valueName: "path"),
    completion: .file())
  var config: String?

  /// What decides the run, by the options' names.
  var settings: RunSettings {
    var settings: RunSettings = [
      ("optimizer", .string(optimizer.rawValue)), ("learning-rate", .number(learningRate)),
      ("batch-size", .number(batchSize)),
    ]
    if let epochs { settings.append(("epochs", .number(epochs))) }
    if let steps { settings.append(("steps", .number(steps))) }
    settings += [
      ("no-shuffle", .bool(noShuffle)), ("momentum", .number(momentum)),
      ("nesterov", .bool(nesterov)), ("weight-decay", .number(weightDecay)),
    ]
    if let clipNorm { settings.append(("clip-norm", .number(clipNorm))) }
    if let classWeights {
      settings.append(("class-weights", .string(classWeights.description)))
    }
    return settings + [
      ("accumulate", .number(accumulate)), ("schedule", .string(schedule.rawValue)),
      ("warmup", warmup.setting),
    ]
  }

  /// The steps of a pass with this many batches.
  func stepsPerEpoch(batches: Int) -> Int { (batches + accumulate - 1) / accumulate }

  /// The steps of a run whose passes have this many.
  func stepCount(stepsPerEpoch: Int) -> Int {
    if let steps { return steps }
    return stepsPerEpoch * (epochs ?? max(1, (3000 + stepsPerEpoch - 1) / stepsPerEpoch))
  }

  func validate() throws {
    try require(learningRate > 0 && learningRate.isFinite, "--learning-rate must be above 0")
    try require(batchSize >= 0, "--batch-size must not be negative")
    try require((epochs ?? 1) > 0, "--epochs must be above 0")
    try require((steps ?? 1) > 0, "--steps must be above 0")
    try require(epochs == nil || steps == nil, "give --epochs or --steps, not both")
    try require((0..<1).contains(momentum), "--momentum must be at least 0 and below 1")
    try require(weightDecay >= 0 && weightDecay.isFinite, "--weight-decay must not be negative")
    try require((clipNorm ?? 1) > 0, "--clip-norm must be above 0")
    try require(accumulate > 0, "--accumulate must be above 0")
    try require(
      optimizer == .sgd || (momentum == 0 && !nesterov),
      "--momentum and --nesterov go with --optimizer sgd")
    try require(!nesterov || momentum > 0, "--nesterov needs --momentum")
    try require(log != "-", "--log takes a file's name")
    try require(chart != "-", "--chart takes a file's name")
  }
}

extension Schedule.Shape: ExpressibleByArgument {}

/// Throws `problem` as wrong usage unless `holds`.
func require(_ holds: Bool, _ problem: String) throws {
  if !holds { throw ValidationError(problem) }
}
