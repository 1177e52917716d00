import Kernels

/// Which lora this is.
package enum Version {
  /// States of training belong to the version that wrote them; everything else is for all.
  package static let number = "0.2.0"

  /// As `lora 0.2.0 (avx2)`: name, number, and the instruction set that this process computes with.
  static var line: String { "lora \(number) (\(InstructionSet.best.rawValue))" }
}
