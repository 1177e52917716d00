import CKernels

/// A floating-point format to compute in; every other element type is only copied.
package enum FloatFormat: Sendable, CaseIterable {
  /// IEEE binary64.
  case f64
  /// IEEE binary32.
  case f32
  /// IEEE binary16.
  case f16
  /// bfloat16: the upper half of a binary32.
  case bf16

  /// Bytes of one value.
  package var byteCount: Int {
    switch self {
    case .f64: 8
    case .f32: 4
    case .f16, .bf16: 2
    }
  }

  var code: lora_format {
    switch self {
    case .f64: LORA_F64
    case .f32: LORA_F32
    case .f16: LORA_F16
    case .bf16: LORA_BF16
    }
  }
}
