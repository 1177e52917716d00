import ArgumentParser
import Training

/// How text goes on.
struct GenerationOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Tokens to make at most.", valueName: "count"))
  var tokens = 256

  @Option(
    help: ArgumentHelp(
      "How evenly tokens are drawn; 0 takes the most probable one.", valueName: "number"))
  var temperature = 0.0

  @Option(
    help: ArgumentHelp(
      "Draw among the most probable tokens that come to this probability.", valueName: "share"))
  var topP: Double?

  @Option(help: ArgumentHelp("Draw among this many most probable tokens.", valueName: "count"))
  var topK: Int?

  @Option(
    help: ArgumentHelp(
      "Draw among tokens of at least this share of the largest probability.", valueName: "share"))
  var minP: Double?

  @Option(
    help: ArgumentHelp(
      "Make tokens that were there already less probable; 1 does not.", valueName: "factor"))
  var repetitionPenalty = 1.0

  @OptionGroup var seed: SeedOption

  @Option(
    name: .customLong("stop"),
    help: ArgumentHelp("Text before which to end; repeatable.", valueName: "text"))
  var stops: [String] = []

  func validate() throws {
    try require(tokens > 0, "--tokens is \(tokens), expected at least 1")
    try require(temperature >= 0 && temperature.isFinite, "--temperature must not be negative")
    try require(topP.map { $0 > 0 && $0 <= 1 } ?? true, "--top-p is a share above 0, at most 1")
    try require(topK.map { $0 > 0 } ?? true, "--top-k is at least 1")
    try require(minP.map { $0 >= 0 && $0 <= 1 } ?? true, "--min-p is a share from 0 to 1")
    try require(
      repetitionPenalty > 0 && repetitionPenalty.isFinite, "--repetition-penalty is positive")
    try require(!stops.contains(""), "--stop must not be empty")
    let draws = [topP != nil, topK != nil, minP != nil].contains(true)
    try require(
      temperature > 0 || !draws,
      "--top-p, --top-k and --min-p say what is drawn from; give --temperature with them")
  }

  var sampler: Sampler {
    var sampler = Sampler()
    sampler.temperature = temperature
    (sampler.topP, sampler.topK, sampler.minP) = (topP, topK, minP)
    sampler.repetitionPenalty = repetitionPenalty
    return sampler
  }
}
