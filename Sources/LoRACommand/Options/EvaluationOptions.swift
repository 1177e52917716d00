import ArgumentParser

/// What `eval` says beside the metrics.
struct EvaluationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Tables drawn from the rows for the 95 % bootstrap intervals; 0 for no intervals.",
      valueName: "count"))
  var resamples = 1000

  @Flag(help: "Show for each class what its rows were taken for.")
  var confusion = false

  @OptionGroup var seed: SeedOption

  var extras: ScoringSession.Extras {
    ScoringSession.Extras(resamples: resamples, seed: seed.seed, confusion: confusion)
  }

  func validate() throws {
    try require(resamples >= 0, "--resamples must not be negative")
  }
}
