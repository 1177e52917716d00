/// How several adapters become one, spelled as PEFT spells `combination_type`.
///
/// Δ_i = s_i·B_i·A_i, w_i the weights. "Factors" methods work on A and B each on its own, weighted by
/// √|w_i·s_i|, the sign going to A; "deltas" methods on the Δ_i, whose result is cut to a rank.
///
/// | method                  | works on | result                                                    |
/// |-------------------------|----------|-----------------------------------------------------------|
/// | `exact`                 | deltas   | Σ w_i·Δ_i to rounding, ranks that add nothing left out    |
/// | `cat`                   | factors  | Σ w_i·Δ_i, ranks add up                                   |
/// | `svd`                   | deltas   | Σ w_i·Δ_i, cut                                            |
/// | `linear`                | factors  | the sum of each factor: cross terms B_i·A_j come in       |
/// | `ties`, `_svd`          | both     | trimmed, a sign elected, those that agree averaged        |
/// | `dare_linear`, `_svd`   | both     | randomly dropped, the rest enlarged, summed               |
/// | `dare_ties`, `_svd`     | both     | randomly dropped, then as `ties`                          |
/// | `magnitude_prune`, `_svd` | both   | trimmed, summed                                           |
///
/// Source: `add_weighted_adapter` in
/// <https://github.com/huggingface/peft/blob/main/src/peft/tuners/lora/model.py>
package enum CombinationMethod: String, Sendable, CaseIterable {
  case exact
  case cat
  case svd
  case linear
  case ties
  case tiesSVD = "ties_svd"
  case dareLinear = "dare_linear"
  case dareLinearSVD = "dare_linear_svd"
  case dareTies = "dare_ties"
  case dareTiesSVD = "dare_ties_svd"
  case magnitudePrune = "magnitude_prune"
  case magnitudePruneSVD = "magnitude_prune_svd"

  /// What happens to the elements of several tensors before and while they are added.
  enum Rule: Sendable {
    case sum
    case trimmedSum
    case trimmedElection
    case droppedSum
    case droppedElection
  }

  var rule: Rule {
    switch self {
    case .exact, .cat, .svd, .linear: .sum
    case .ties, .tiesSVD: .trimmedElection
    case .dareLinear, .dareLinearSVD: .droppedSum
    case .dareTies, .dareTiesSVD: .droppedElection
    case .magnitudePrune, .magnitudePruneSVD: .trimmedSum
    }
  }

  /// Whether a share of the elements is left out.
  package var takesDensity: Bool { rule != .sum }

  /// Whether elements are dropped at random.
  package var dropsElements: Bool { rule == .droppedSum || rule == .droppedElection }

  /// Whether a sign is elected.
  package var electsSigns: Bool { rule == .trimmedElection || rule == .droppedElection }

  /// Whether the result is cut to a rank.
  package var takesRank: Bool { self == .exact || self == .svd || isOnDeltas }

  /// Whether whole deltas have to be formed.
  var isOnDeltas: Bool {
    switch self {
    case .tiesSVD, .dareLinearSVD, .dareTiesSVD, .magnitudePruneSVD: true
    default: false
    }
  }
}
