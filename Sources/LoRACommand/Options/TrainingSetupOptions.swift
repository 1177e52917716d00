import ArgumentParser
import Models

/// The training whose memory is planned.
struct TrainingSetupOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Sequences, or rows of a table, of a step. (default: 1, of a table 32)", valueName: "count"))
  var batchSize: Int?

  @Option(
    help: ArgumentHelp(
      "Tokens of a sequence. (default: 2048, or what the model can take)", valueName: "count"))
  var sequenceLength: Int?

  @Flag(help: "Keep only the input of each layer and compute the rest again.")
  var checkpointing = false

  @Option(help: ArgumentHelp("adamw, momentum or sgd.", valueName: "name"))
  var optimizer = PlannedOptimizer.adamw

  @Option(
    help: ArgumentHelp(
      "Type of the base's weights and of activations: f32, f16, bf16 or f64. (default: as stored)",
      valueName: "type"))
  var dtype: FloatTypeArgument?

  func validate() throws {
    try require((1...1 << 24).contains(batchSize ?? 1), "--batch-size must be 1 to 2^24")
    try require((1...1 << 28).contains(sequenceLength ?? 1), "--sequence-length must be 1 to 2^28")
  }

  /// The setup for `model`.
  func setup(for model: ModelOutline) throws -> TrainingSetup {
    try require(
      model.readsTokens || (sequenceLength ?? 1) == 1,
      "--sequence-length is for models that read tokens; leave it out")
    var setup = TrainingSetup()
    setup.batch = batchSize ?? (model.readsTokens ? 1 : 32)
    setup.sequence =
      model.readsTokens ? sequenceLength ?? min(2048, model.longestSequence ?? 2048) : 1
    setup.usesCheckpointing = checkpointing
    setup.optimizer = optimizer
    setup.type = dtype?.type
    return setup
  }
}

extension PlannedOptimizer: ExpressibleByArgument {}
