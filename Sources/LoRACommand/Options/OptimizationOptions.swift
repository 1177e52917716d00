import ArgumentParser
import Training

/// How training moves the parameters.
///
/// The defaults suit the small networks that tables are fitted with: AdamW needs no tuned rate there,
/// and 0.01 is ten times its usual one because the networks are shallow.
struct OptimizationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("sgd, adam or adamw.", valueName: "name"))
  var optimizer = OptimizerChoice.Kind.adamw

  @Option(help: ArgumentHelp("The learning rate after the warm-up.", valueName: "rate"))
  var learningRate = 0.01

  @Option(
    help: ArgumentHelp(
      "Rows of a batch, the last of a pass may be short; 0 for all rows at once.",
      valueName: "rows"))
  var batchSize = 32

  @Option(
    help: ArgumentHelp(
      "Passes over the training rows. (default: 3,000/√rows, from 2 to 200)", valueName: "count"))
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
      "Shares of the old that the moments of adam and adamw keep, with a comma between.",
      valueName: "b1,b2"))
  var betas = BetasArgument(0.9, 0.999)

  @Option(
    help: ArgumentHelp(
      "What adam and adamw add to the root of the second moment.", valueName: "number"))
  var epsilon = 1e-8

  @Option(
    help: ArgumentHelp(
      "Decay of all trained parameters; adamw decouples it from the gradient.", valueName: "rate"))
  var weightDecay = 0.0

  @Option(
    help: ArgumentHelp("The largest norm of all gradients together.", valueName: "norm"))
  var clipNorm: Double?

  @Option(
    help: ArgumentHelp(
      """
      Batches of one step: so many rows less are in memory at once, and the bits are those of one \
      batch of all its rows.
      """, valueName: "batches"))
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
  var schedule = Schedule.Shape.cosine

  @Option(
    help: ArgumentHelp(
      """
      Steps in which the rate rises from 0 to --learning-rate: a whole number, or a share of the \
      run's steps as 0.1 or 10%.
      """, valueName: "steps"))
  var warmup = Schedule.Warmup.share(0.05)

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

  /// How a run trains.
  var setup: TrainingSetup {
    var setup = TrainingSetup()
    setup.optimizer.kind = optimizer
    (setup.optimizer.momentum, setup.optimizer.nesterov) = (momentum, nesterov)
    (setup.optimizer.betas, setup.optimizer.epsilon) = ((betas.first, betas.second), epsilon)
    setup.optimizer.weightDecay = weightDecay
    (setup.learningRate, setup.shape, setup.warmup) = (learningRate, schedule, warmup)
    (setup.batchSize, setup.accumulation) = (batchSize, accumulate)
    (setup.shuffles, setup.clipNorm) = (!noShuffle, clipNorm)
    if let steps {
      setup.length = .steps(steps)
    } else if let epochs {
      setup.length = .epochs(epochs)
    }
    return setup
  }

  func validate() throws {
    try require(learningRate > 0 && learningRate.isFinite, "--learning-rate must be above 0")
    try require(batchSize >= 0, "--batch-size must not be negative")
    try require((epochs ?? 1) > 0, "--epochs must be above 0")
    try require((steps ?? 1) > 0, "--steps must be above 0")
    try require(epochs == nil || steps == nil, "give --epochs or --steps, not both")
    try require((0..<1).contains(momentum), "--momentum must be at least 0 and below 1")
    try require(weightDecay >= 0 && weightDecay.isFinite, "--weight-decay must not be negative")
    try require(epsilon > 0 && epsilon.isFinite, "--epsilon must be above 0")
    try require(
      optimizer != .sgd || (betas == BetasArgument(0.9, 0.999) && epsilon == 1e-8),
      "--betas and --epsilon go with --optimizer adam and adamw")
    try require((clipNorm ?? 1) > 0, "--clip-norm must be above 0")
    try require(
      (1...1 << 20).contains(accumulate), "--accumulate is \(accumulate), expected 1 to 1048576")
    try require(
      optimizer == .sgd || (momentum == 0 && !nesterov),
      "--momentum and --nesterov go with --optimizer sgd")
    try require(!nesterov || momentum > 0, "--nesterov needs --momentum")
    try require(log != "-", "--log takes a file's name")
    try require(chart != "-", "--chart takes a file's name")
  }
}

extension OptimizerChoice.Kind: ExpressibleByArgument {}
extension Schedule.Shape: ExpressibleByArgument {}

/// Throws `problem` as wrong usage unless `holds`.
func require(_ holds: Bool, _ problem: String) throws {
  if !holds { throw ValidationError(problem) }
}
