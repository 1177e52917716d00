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
  case outputFactors
  case inputFactors
  case rotation
  case shortRotation
  case scaledRotation
  case butterfly
  case kohyaRotation
  case products

  /// Of the weight `[out, in, k, k]`.
  static let shape: Shape = [12, 8, 3, 3]
  static let rank = 3
  static let alpha = 1.5
  /// For each output; Q is longer.
  static let limit = 0.0078125

  /// Whether a user's weight has a meaning.
  var isWeighted: Bool { self != .value }

  /// Whether a negative weight takes it out again.
  var isAdditive: Bool {
    switch self {
    case .tucker, .hadamard, .hadamardTucker, .kronecker, .kroneckerPairs, .kroneckerTucker,
      .difference:
      true
    default: false
    }
  }

  /// What the module's names begin with.
  var prefix: String { self == .kohyaRotation ? "oft_unet_" : "lora_unet_" }

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
    case .outputFactors: [("weight", [1, 12, 1, 1])]
    case .inputFactors: [("weight", [1, 8, 1, 1])]
    case .rotation, .shortRotation, .kohyaRotation: [("oft_blocks", [3, 4, 4])]
    case .scaledRotation: [("oft_blocks", [3, 4, 4]), ("rescale", [12, 1, 1, 1])]
    case .butterfly: [("oft_blocks", [2, 2, 6, 6])]
    case .products:
      [
        ("a1.weight", [8, r, 1, 1]), ("a2.weight", [r, 8, 1, 1]), ("b1.weight", [12, r, 1, 1]),
        ("b2.weight", [r, 8, 3, 3]),
      ]
    }
  }

  /// The adapter's tensors of a module, by the ends of their names.
  func tensors(seed: UInt64) -> [String: Tensor] {
    var generator = Generator(seed: seed)
    var result: [String: Tensor] = [:]
    for (ending, shape) in parts {
      let offset = ending == "dora_scale" || ending == "rescale" ? 2.0 : 0
      // So small that the twin's series ends.
      let size = ending == "oft_blocks" ? 0.04 : 0.5
      result[ending] = Tensor(
        (0..<shape.elementCount).map { _ in Float(generator.normal() * size + offset) },
        shape: shape)
    }
    result["alpha"] = alpha.map { Tensor([$0], shape: []) }
    if self == .outputFactors || self == .inputFactors {
      result["on_input"] = Tensor([self == .inputFactors ? 1 : Float(0)], shape: [])
    }
    return result
  }

  /// What the alpha tensor holds: of OFT the most that Q may be for each output.
  private var alpha: Float? {
    switch self {
    case .difference, .value, .outputFactors, .inputFactors: nil
    case .kronecker: 1e10  // It means nothing here.
    case .rotation, .scaledRotation, .butterfly: 0
    case .shortRotation: Float(Self.limit)
    case .kohyaRotation: Float(Self.limit)
    default: Float(Self.alpha)
    }
  }
}
