import Kernels
import Tensors

/// What the machine, or the process's environment, does not give.
enum EnvironmentError: ReportableError {
  /// No library with LAPACK can be loaded; with what the loader said.
  case noLAPACK(attempts: [String])
  /// The instruction set that the environment asks for is none that can be had.
  case instructionSet(word: String)

  var category: FailureCategory {
    switch self {
    case .noLAPACK: .outOfResources
    case .instructionSet: .wrongUsage
    }
  }

  var description: String {
    switch self {
    case .noLAPACK(let attempts):
      "LAPACK is needed and cannot be loaded (\(attempts.map(Self.shown).joined(separator: "; "))); "
        + "install OpenBLAS (Debian and Ubuntu: libopenblas0; Fedora, Arch and Alpine: openblas), or "
        + "name a library in LORA_LAPACK"
    case .instructionSet(let word):
      "\(InstructionSet.variable) is \(escaped(word)), "
        + (InstructionSet(rawValue: word) == nil
          ? "no instruction set that lora knows" : "which this processor does not have")
        + "; give one of "
        + InstructionSet.available.map(\.rawValue).joined(separator: ", ")
    }
  }

  private static func shown(_ text: String) -> String { escaped(text, inQuotes: false) }

  /// Refuses an environment that asks for what there is not: before anything is done.
  static func check() throws(EnvironmentError) {
    do throws(InstructionSet.Unavailable) {
      _ = try InstructionSet.asked()
    } catch {
      throw .instructionSet(word: error.word)
    }
  }
}
