import Tensors

/// The element types of GGUF tensors, by their codes.
///
/// Source: `ggml_type` in <https://github.com/ggml-org/ggml/blob/master/include/ggml.h>
enum GGUFTensorType {
  private static let plain: [UInt32: DType] = [
    0: .f32, 1: .f16, 24: .i8, 25: .i16, 26: .i32, 27: .i64, 28: .f64, 30: .bf16,
  ]
  private static let quantized: [UInt32: String] = [
    2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1", 10: "Q2_K", 11: "Q3_K",
    12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS",
    19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 29: "IQ1_M", 34: "TQ1_0",
    35: "TQ2_0", 39: "MXFP4", 40: "NVFP4",
  ]

  static func type(_ code: UInt32) throws(GGUFFailure) -> DType {
    if let type = plain[code] { return type }
    throw GGUFFailure(quantized[code].map(GGUFProblem.quantized) ?? .unknownTensorType(code))
  }

  /// nil for a type that GGUF does not have.
  static func code(of type: DType) -> UInt32? {
    plain.first { $0.value == type }?.key
  }
}

/// A problem whose place the caller adds.
struct GGUFFailure: Error {
  let problem: GGUFProblem

  init(_ problem: GGUFProblem) {
    self.problem = problem
  }
}
