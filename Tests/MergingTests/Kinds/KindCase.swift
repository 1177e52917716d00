import Kernels
import Tensors

/// A change of one weight, by its tensors and by its formula in f64.
///
/// The formulas are those of LyCORIS' forward, written as plain sums over all indices.
enum KindCase: String, CaseIterable {
  case tucker
  case hadamard
  case hadamardTucker
  case kronecker
  case kroneckerPairs
  case kroneckerTucker
  case difference
  case value
  case outputLengths
  case inputLengths
  case hadamardLengths

  /// Of the weight `[out, in, k, k]`.
  static let shape: Shape = [12, 8, 3, 3]
  static let rank = 3
  static let alpha = 1.5

  /// Whether a user's weight has a meaning.
  var isWeighted: Bool { self != .value }

  /// Whether a negative weight takes it out again.
  var isAdditive: Bool {
    switch self {
    case .value, .outputLengths, .inputLengths, .hadamardLengths: false
    default: true
    }
  }

  private var parts: [(ending: String, shape: Shape)] {
    let r = Self.rank
    let pair: [(String, Shape)] = [
      ("lora_down.weight", [r, 8, 3, 3]), ("lora_up.weight", [12, r, 1, 1]),
    ]
    let hadamard: [(String, Shape)] = [
      ("hada_w1_a", [12, r]), ("hada_w1_b", [r, 72]), ("hada_w2_a", [12, r]),
      ("hada_w2_b", [r, 72]),
    ]
    return switch self {
    case .tucker:
      [
        ("lora_down.weight", [r, 8, 1, 1]), ("lora_mid.weight", [r, r, 3, 3]),
        ("lora_up.weight", [12, r, 1, 1]),
      ]
    case .hadamard: hadamard
    case .hadamardTucker:
      [
        ("hada_t1", [r, r, 3, 3]), ("hada_w1_a", [r, 12]), ("hada_w1_b", [r, 8]),
        ("hada_t2", [r, r, 3, 3]), ("hada_w2_a", [r, 12]), ("hada_w2_b", [r, 8]),
      ]
    case .kronecker: [("lokr_w1", [3, 4]), ("lokr_w2", [4, 2, 3, 3])]
    case .kroneckerPairs:
      [
        ("lokr_w1_a", [3, r]), ("lokr_w1_b", [r, 4]), ("lokr_w2_a", [4, r]),
        ("lokr_w2_b", [r, 18]),
      ]
    case .kroneckerTucker:
      [
        ("lokr_w1", [3, 4]), ("lokr_t2", [r, r, 3, 3]), ("lokr_w2_a", [r, 4]),
        ("lokr_w2_b", [r, 2]),
      ]
    case .difference: [("diff", Self.shape)]
    case .value: [("set_weight", Self.shape)]
    case .outputLengths: pair + [("dora_scale", [12, 1, 1, 1])]
    case .inputLengths: pair + [("dora_scale", [1, 8, 1, 1])]
    case .hadamardLengths: hadamard + [("dora_scale", [12, 1, 1, 1])]
    }
  }

  /// The adapter's tensors of a module, by the ends of their names.
  func tensors(seed: UInt64) -> [String: Tensor] {
    var generator = Generator(seed: seed)
    var result: [String: Tensor] = [:]
    for (ending, shape) in parts {
      let offset = ending == "dora_scale" ? 2.0 : 0
      result[ending] = Tensor(
        (0..<shape.elementCount).map { _ in Float(generator.normal() * 0.5 + offset) },
        shape: shape)
    }
    if self != .difference, self != .value {
      // Of a whole LoKr it means nothing.
      result["alpha"] = Tensor([self == .kronecker ? 1e10 : Float(Self.alpha)], shape: [])
    }
    return result
  }
}
