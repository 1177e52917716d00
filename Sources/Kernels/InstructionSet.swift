import CKernels

/// The instruction sets that the kernels are compiled for.
///
/// The choice changes how fast a kernel is, never a bit of its result.
package enum InstructionSet: String, CaseIterable, Sendable {
  /// C alone, for any processor.
  case portable
  /// x86-64 with AVX2, FMA, F16C and BMI 1 and 2.
  case avx2
  /// x86-64 with AVX-512 F, BW, DQ and VL.
  case avx512
  /// AArch64.
  case neon

  /// Those that this machine can run, the fastest last.
  package static let available = allCases.filter { lora_is_available($0.code) }

  /// The fastest that this machine can run.
  package static let best = available.last ?? .portable

  var code: lora_instruction_set {
    switch self {
    case .portable: LORA_PORTABLE
    case .avx2: LORA_AVX2
    case .avx512: LORA_AVX512
    case .neon: LORA_NEON
    }
  }
}
