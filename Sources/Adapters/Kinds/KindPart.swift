/// The tensors of kinds that are no pair of factors, by the ends of their names.
///
/// | kind         | tensors                                                                      |
/// |--------------|------------------------------------------------------------------------------|
/// | LoCon, Tucker | `lora_mid.weight` `[r, r, k…]` between `lora_down` `[r, in, 1…]` and `lora_up` |
/// | LoHa         | `hada_w1_a` `[out, r]`, `hada_w1_b` `[r, in·k]`, `hada_w2_a`, `hada_w2_b`    |
/// | LoHa, Tucker | `hada_t1`, `hada_t2` `[r, r, k…]`; then `hada_w?_a` `[r, out]`, `_b` `[r, in]` |
/// | LoKr         | `lokr_w1` `[a, c]` or `_a` `[a, r]`, `_b` `[r, c]`; `lokr_w2` `[b, d, k…]` likewise |
/// | LoKr, Tucker | `lokr_t2` `[r, r, k…]`; then `lokr_w2_a` `[r, b]`, `lokr_w2_b` `[r, d]`      |
/// | IA³          | `weight` `[out]`, `[1, out, 1…]`, or of inputs where `on_input` is 1          |
/// | OFT          | `oft_blocks` `[n, b, b]`, BOFT `[m, n, b, b]`; `rescale` `[out, 1…]`          |
/// | GLoRA        | `a1.weight` `[in, r]`, `a2` `[r, in]`, `b1` `[out, r]`, `b2` `[r, in, k…]`, `bm` core |
/// | full         | `diff` of the weight's shape, `diff_b` of the bias'                          |
/// | norms        | `w_norm`, `b_norm`: the same of a norm                                       |
/// | set          | `set_weight`, Flux' `…_norm.scale`: take the parameter's place                |
///
/// Sources: <https://github.com/KohakuBlueleaf/LyCORIS/tree/main/lycoris/modules>,
/// <https://github.com/Comfy-Org/ComfyUI/blob/master/comfy/lora.py>
enum KindPart: String, CaseIterable, Hashable {
  case core = "lora_mid.weight"
  case hadamard1A = "hada_w1_a"
  case hadamard1B = "hada_w1_b"
  case hadamard2A = "hada_w2_a"
  case hadamard2B = "hada_w2_b"
  case hadamardCore1 = "hada_t1"
  case hadamardCore2 = "hada_t2"
  case kronecker1 = "lokr_w1"
  case kronecker1A = "lokr_w1_a"
  case kronecker1B = "lokr_w1_b"
  case kronecker2 = "lokr_w2"
  case kronecker2A = "lokr_w2_a"
  case kronecker2B = "lokr_w2_b"
  case kroneckerCore1 = "lokr_t1"
  case kroneckerCore2 = "lokr_t2"
  case factors = "weight"
  case onInput = "on_input"
  case rotation = "oft_blocks"
  case rescale = "rescale"
  case product1A = "a1.weight"
  case product2A = "a2.weight"
  case product1B = "b1.weight"
  case product2B = "b2.weight"
  case productCore = "bm.weight"
  case difference = "diff"
  case biasDifference = "diff_b"
  case normDifference = "w_norm"
  case normBiasDifference = "b_norm"
  case value = "set_weight"
  case scale

  /// What several tensors of one module together are.
  enum Kind: String {
    case tucker = "LoCon's with a Tucker core"
    case hadamard = "LoHa's"
    case kronecker = "LoKr's"
    case factors = "IA³'s"
    case rotation = "OFT's"
    case products = "GLoRA's"
  }

  /// nil for a tensor that stands by itself.
  var kind: Kind? {
    switch self {
    case .core: .tucker
    case .hadamard1A, .hadamard1B, .hadamard2A, .hadamard2B, .hadamardCore1, .hadamardCore2:
      .hadamard
    case .kronecker1, .kronecker1A, .kronecker1B, .kronecker2, .kronecker2A, .kronecker2B,
      .kroneckerCore1, .kroneckerCore2:
      .kronecker
    case .factors, .onInput: .factors
    case .rotation, .rescale: .rotation
    case .product1A, .product2A, .product1B, .product2B, .productCore: .products
    case .difference, .biasDifference, .normDifference, .normBiasDifference, .value, .scale: nil
    }
  }

  /// Whether the name could be that of anything.
  var isGeneral: Bool {
    switch self {
    case .difference, .biasDifference, .onInput, .rescale: true
    default: kind == .products
    }
  }

  /// The ends of names that say what the tensor is; a `weight` is IA³'s beside an `on_input` alone, a
  /// `scale` a norm's behind a norm's name.
  static let telling = allCases.filter { $0 != .factors && $0 != .scale }

  /// The parameter that a tensor by itself changes.
  var parameter: ModuleChange.Parameter {
    switch self {
    case .biasDifference, .normBiasDifference: .bias
    case .scale: .scale
    default: .weight
    }
  }
}
