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

  /// What this process computes with: the fastest that this machine can run, or another that the
  /// environment asks for.
  package static let best = (try? asked()) ?? available.last ?? .portable

  var code: lora_instruction_set {
    switch self {
    case .portable: LORA_PORTABLE
    case .avx2: LORA_AVX2
    case .avx512: LORA_AVX512
    case .neon: LORA_NEON
    }
  }
}

extension InstructionSet {
  /// The variable by which the environment asks for a set.
  package static let variable = "LORA_INSTRUCTION_SET"

  /// What the environment asks for is none of `available`.
  package struct Unavailable: Error {
    package let word: String
  }

  /// The set that the environment asks for; nil when it asks for none.
  package static func asked() throws(Unavailable) -> InstructionSet? {
    guard let word = environmentVariable(variable) else { return nil }
    guard let set = available.first(where: { $0.rawValue == word }) else {
      throw Unavailable(word: word)
    }
    return set
  }
}
