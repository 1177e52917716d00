import JSON
import Training

/// What holds in a run where nobody says, by what kind of network is trained.
///
/// Tables are fitted with small networks: AdamW needs no tuned rate there, and 0.01 is ten times its
/// usual one because they are shallow. A model of text was trained before and is led a little
/// further: small steps, few passes, gradients bounded.
struct TrainingDefaults {
  let rank: Int
  let learningRate: Double
  let batchSize: Int
  /// Passes over the rows.
  let length: TrainingSetup.Length
  let warmup: Schedule.Warmup
  /// The largest norm of all gradients together, or nil for any.
  let clipNorm: Double?

  static let table = TrainingDefaults(
    rank: 4, learningRate: 0.01, batchSize: 32, length: .usual, warmup: .share(0.05), clipNorm: nil)

  /// Of a language model; `learningRate` is larger for a classifier, whose head is new.
  static func text(learningRate: Double = 2e-4) -> TrainingDefaults {
    TrainingDefaults(
      rank: 16, learningRate: learningRate, batchSize: 16, length: .epochs(3),
      warmup: .share(0.03), clipNorm: 1)
  }

  static let language = text()
  static let classifier = text(learningRate: 5e-4)

  /// A run without a word of anybody's.
  var setup: TrainingSetup {
    var setup = TrainingSetup()
    (setup.learningRate, setup.batchSize, setup.length) = (learningRate, batchSize, length)
    (setup.warmup, setup.clipNorm) = (warmup, clipNorm)
    return setup
  }

  /// `settings` with these where an option was left out, so that a run is repeated as it was.
  func completing(_ settings: RunSettings) -> RunSettings {
    let known = Set(settings.map(\.0))
    var all: RunSettings = [
      ("learning-rate", .number(learningRate)), ("batch-size", .number(batchSize)),
      ("warmup", warmup.setting),
    ]
    if let clipNorm { all.append(("clip-norm", .number(clipNorm))) }
    return (settings + all.filter { !known.contains($0.0) }).sorted { $0.0 < $1.0 }
  }
}
