import AdapterSamples
import Kernels
import Tensors

/// What is wrong with adapters of other kinds than two factors.
extension WrongAdapter {
  private static let module = "lora_unet_model_layers_0_self_attn_q_proj"

  /// An adapter of these tensors for the projection `[32, 32]`, and nothing else.
  private static func kind(
    _ name: String, _ tensors: [(String, Shape)], says: String...,
    of module: String = Self.module
  ) -> WrongAdapter {
    WrongAdapter(name, .kohya, all: says) { draft in
      draft.tensors = [:]
      for (ending, shape) in tensors {
        draft.tensors[module + "." + ending] = AdapterDraft.tensor(shape)
      }
    }
  }

  private static let hadamard: [(String, Shape)] = [
    ("hada_w1_a", [32, 4]), ("hada_w1_b", [4, 32]), ("hada_w2_a", [32, 4]), ("hada_w2_b", [4, 32]),
  ]

  static let kinds = incomplete + sizes + mixed + scalings

  private static let incomplete = [
    kind(
      "LoHa without its last factor", hadamard.dropLast(), says: "hada_w2_b beside it", "incomplete"
    ),
    kind("LoHa with one tensor", [("hada_w1_a", [32, 4])], says: "hada_w1_b beside it", "fetch"),
    kind("LoKr without a second factor", [("lokr_w1", [4, 4])], says: "lokr_w2_a beside it"),
    kind(
      "LoKr with half of a second factor", [("lokr_w1", [4, 4]), ("lokr_w2_a", [8, 2])],
      says: "lokr_w2_b beside it"),
    kind(
      "LoKr with half of a first factor", [("lokr_w1_b", [2, 4]), ("lokr_w2", [8, 8])],
      says: "lokr_w1_a beside it"),
    kind(
      "a Tucker core without A",
      [("lora_mid.weight", [4, 4, 3, 3]), ("lora_up.weight", [32, 4])],
      says: "lora_down.weight beside it"),
    kind("a Tucker core by itself", [("lora_mid.weight", [4, 4, 3, 3])], says: "beside it"),
    kind("IA³ without its factors", [("on_input", [])], says: "weight beside it", "incomplete"),
    kind("a rescale without rotations", [("rescale", [32, 1])], says: "oft_blocks beside it"),
    kind(
      "GLoRA without b2",
      [("a1.weight", [32, 4]), ("a2.weight", [4, 32]), ("b1.weight", [32, 4])],
      says: "b2.weight beside it"),
    kind("magnitudes by themselves", [("dora_scale", [32, 1])], says: "has no factors beside it"),
  ]

  private static let sizes = [
    kind(
      "LoHa of another module",
      hadamard.map { ($0.0, $0.1[0] == 32 ? [24, 4] : $0.1) },
      says: "LoHa makes [24, 32]", "[32, 32]", "is this the adapter's base?"),
    kind(
      "LoHa whose ranks differ",
      hadamard.map { ($0.0, $0.0 == "hada_w1_b" ? [3, 32] : $0.1) },
      says: "hada_w1_a\": expected 3 columns", "hada_w1_b"),
    kind(
      "LoHa with a core of another rank",
      hadamard.map { ($0.0, [4, 32]) } + [("hada_t1", [5, 4, 1, 1]), ("hada_t2", [4, 4, 1, 1])],
      says: "hada_w1_a\": expected 5 rows", "hada_t1"),
    kind(
      "LoHa of vectors", hadamard.map { ($0.0, [$0.1.elementCount]) }, says: "expected a matrix"),
    kind(
      "LoKr of another module", [("lokr_w1", [4, 4]), ("lokr_w2", [8, 6])],
      says: "LoKr makes [32, 24]", "is [32, 32]"),
    kind(
      "LoKr whose ranks differ",
      [("lokr_w1", [4, 4]), ("lokr_w2_a", [8, 2]), ("lokr_w2_b", [3, 8])],
      says: "lokr_w2_a\": expected 3 columns"),
    kind(
      "a matrix as a Tucker core",
      [
        ("lora_mid.weight", [4, 4]), ("lora_up.weight", [32, 4]), ("lora_down.weight", [4, 32]),
      ],
      says: "lora_mid.weight\": expected a Tucker core"),
    kind(
      "a Tucker core of another rank",
      [
        ("lora_mid.weight", [4, 5, 1]), ("lora_up.weight", [32, 4]), ("lora_down.weight", [4, 32]),
      ],
      says: "lora_down.weight\": expected 5 rows"),
    kind("a difference too wide", [("diff", [32, 48])], says: "a whole difference makes [32, 48]"),
    kind("a difference turned", [("diff", [1, 32])], says: "a whole difference makes [1, 32]"),
    kind("a bias that the base has not", [("diff_b", [32])], says: "q_proj.bias\""),
    kind(
      "a value of another shape", [("set_weight", [16, 32])], says: "set_weight", "[32, 32]"),
    kind(
      "IA³ for fewer outputs", [("weight", [24]), ("on_input", [])],
      says: "IA³ makes [24] factors"),
    kind(
      "IA³ of a matrix", [("weight", [4, 8]), ("on_input", [])], says: "a number for each output"),
    kind(
      "rotations of fewer outputs", [("oft_blocks", [3, 8, 8])],
      says: "OFT makes rotations of 24 outputs"),
    kind("rotations that are not square", [("oft_blocks", [4, 8, 6])], says: "expected blocks"),
    kind(
      "a butterfly of one stage too many", [("oft_blocks", [5, 8, 4, 4])],
      says: "BOFT makes rotations of 32 outputs, [5, 8, 4, 4]"),
    kind("a butterfly of odd blocks", [("oft_blocks", [2, 4, 5, 5])], says: "an even b"),
    kind(
      "a rescale for fewer outputs", [("oft_blocks", [4, 8, 8]), ("rescale", [24, 1])],
      says: "rescale\": expected 32 factors"),
    kind(
      "GLoRA of other inputs",
      [
        ("a1.weight", [24, 4]), ("a2.weight", [4, 24]), ("b1.weight", [32, 4]),
        ("b2.weight", [4, 32]),
      ], says: "GLoRA makes [32, 32] of 24 inputs"),
    kind(
      "LoHa with magnitudes of another module", hadamard + [("dora_scale", [24, 1])],
      says: "dora_scale\": expected 32 magnitudes"),
    kind(
      "lengths of fewer inputs",
      [("lora_down.weight", [4, 32]), ("lora_up.weight", [32, 4]), ("dora_scale", [1, 24])],
      says: "dora_scale\": expected 32 magnitudes"),
  ]

  private static let mixed = [
    kind(
      "LoHa beside LoKr", hadamard + [("lokr_w1", [4, 4])],
      says: "is LoKr's", "is LoHa's", "two adapters were mixed up"),
    kind(
      "LoHa beside LoRA", hadamard + [("lora_up.weight", [32, 4])], says: "is LoRA's",
      "is LoHa's"),
    kind(
      "LoKr whole and in two",
      [
        ("lokr_w1", [4, 4]), ("lokr_w2", [8, 8]), ("lokr_w2_a", [8, 2]), ("lokr_w2_b", [2, 8]),
      ], says: "lokr_w2_a\": is a part of the factor", "which one counts is unclear"),
    kind(
      "LoKr with a first core",
      [("lokr_w1", [4, 4]), ("lokr_w2", [8, 8]), ("lokr_t1", [2, 2, 1])],
      says: "lokr_t1\": is a Tucker core"),
    kind(
      "OFT with magnitudes", [("oft_blocks", [4, 8, 8]), ("dora_scale", [32, 1])],
      says: "is DoRA's", "is OFT's"),
    kind(
      "a difference beside LoRA",
      [("lora_down.weight", [4, 32]), ("lora_up.weight", [32, 4]), ("diff", [32, 32])],
      says: "updates the same parameter as"),
  ]

  private static let scalings = [
    kind(
      "two alphas", hadamard + [("alpha", [2])], says: "alpha\": expected a single number"),
    kind(
      "two constraints", [("oft_blocks", [4, 8, 8]), ("alpha", [2])],
      says: "alpha\": expected a single number"),
    kind(
      "LoHa of an unknown module", hadamard, says: "with underscores",
      "nearest name in the base is",
      of: module + "x"),
    kind(
      "a kind that is not known", hadamard + [("hra_u", [32, 4])],
      says: "is HRA's, a chain of reflections"),
  ]
}
