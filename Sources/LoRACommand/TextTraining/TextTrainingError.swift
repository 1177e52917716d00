import Tensors

/// Why a model of text is not trained, or scored.
enum TextTrainingError: ReportableError, Equatable {
  case noHead(file: String, type: String)

  var category: FailureCategory { .badData }

  var description: String {
    switch self {
    case .noHead(let file, let type):
      "\(escaped(file)): \(escaped(type)) here has neither a head that foretells tokens nor one that "
        + "classifies texts; lora embed writes what such a model makes of a text"
    }
  }
}
