import JSON
import Tensors

/// Why the size of a model is not known.
package enum ModelOutlineError: ReportableError, Equatable {
  /// The weights are stored in a form that does not tell their shapes.
  case quantized(file: String, tensor: String)
  /// The numbers are beyond any model.
  case tooLarge(file: String)
  /// There is no layer that an adapter could go on.
  case noLinear(file: String)
  /// A configuration of an architecture that is not known here.
  case unknownType(file: String, found: String?, known: [String])
  /// No preset has this name.
  case noPreset(name: String, nearest: String?)

  package var category: FailureCategory {
    if case .noPreset = self { .wrongUsage } else { .badData }
  }

  package var description: String {
    switch self {
    case .quantized(let file, let tensor):
      "\(escaped(file)): tensor \"\(escaped(tensor))\": the weights are quantized, and their shapes "
        + "are not in the header; name the unquantized checkpoint or its config.json"
    case .tooLarge(let file):
      "\(escaped(file)): has more than 2^50 parameters; correct its sizes"
    case .noLinear(let file):
      "\(escaped(file)): has no linear layer that an adapter could go on"
    case .unknownType(let file, let found, let known):
      "\(escaped(file)): setting \"model_type\": "
        + (found.map { "\"\(escaped($0))\" is not known here" } ?? "is missing")
        + "; expected one of \(known.joined(separator: ", ")); name its checkpoint instead"
    case .noPreset(let name, let nearest):
      "no preset is called \"\(escaped(name))\""
        + (nearest.map { "; the nearest is \($0)" } ?? "; 'lora plan --list-presets' lists them")
    }
  }
}
