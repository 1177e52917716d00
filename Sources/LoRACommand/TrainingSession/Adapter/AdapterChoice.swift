import Adapters
import Training

/// The adapter that a user wants; nil where nothing is said, so that the usual or the adapter that
/// training starts from decides.
struct AdapterChoice {
  var rank: Int?
  var alpha: Double?
  /// The modules to adapt, as a user writes them; nil for all.
  var targets: [String]?
  var rankPatterns: [(pattern: String, value: Double)] = []
  var alphaPatterns: [(pattern: String, value: Double)] = []
  var initialisation = AdapterInitialisation.kaiming
  /// For `loftq`: the network before it was quantized.
  var original: String?
  var dropout: Double?
  /// What B's learning rate is multiplied by: LoRA+.
  var plusRatio = 1.0
  /// Modules that are trained whole, as a user writes them.
  var saved: [String]?
  /// rsLoRA.
  var isRankStabilized = false
  /// DoRA.
  var usesMagnitudes = false
  var biases: AdapterConfiguration.BiasMode?
  /// The adapter that training starts from.
  var start: String?
  /// The learning rate of a full fine-tuning that is set beside, or nil for the adapter's.
  var comparison: (isWanted: Bool, rate: Double?) = (false, nil)
}
