/// How a published checkpoint stores weights in codes; bitsandbytes' layouts are `QuantizationFormat`.
package enum CodedLayout: String, Sendable, CaseIterable {
  /// F8_E4M3 or F8_E5M2 without scales: the numbers themselves.
  case float8 = "fp8"
  /// The same with scales for a tensor, rows, groups or blocks.
  case scaledFloat8 = "fp8, scaled"
  /// Signed bytes with scales.
  case int8 = "int8, scaled"
  /// compressed-tensors' `weight_packed` in words of 32 bits.
  case packed = "int, packed"
  /// E2M1 with scales in F8_E4M3 for 16, and one for all.
  case nvfp4
  /// E2M1 with scales that are powers of two for 32.
  case mxfp4
  case gptq
  case awq
  case mlx
}
