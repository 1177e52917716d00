import Tensors
import Training

/// Why a model does not go on with a text.
enum GenerationError: ReportableError {
  case noLanguageModel(file: String, type: String)
  case noClassifier(file: String, type: String)
  case otherHead(file: String)
  case prompt(TokenProblem, file: String)
  case notFinite(file: String)

  var category: FailureCategory { .badData }

  var description: String {
    switch self {
    case .noLanguageModel(let file, let type):
      "\(escaped(file)): \(escaped(type)) here has no head that foretells tokens, so that it makes no "
        + "text; lora eval and lora predict use classifiers"
    case .noClassifier(let file, let type):
      "\(escaped(file)): \(escaped(type)) here has no head that says something of texts (no "
        + "…ForSequenceClassification in config.json); name the adapter that brings one with --adapter"
    case .otherHead(let file):
      "\(escaped(file)): without the adapter, which brings the head, the model does not say the same "
        + "of a text, so that there is nothing to compare with; leave out --compare"
    case .prompt(let problem, let file):
      "\(escaped(file)): the prompt cannot be read: \(problem)"
    case .notFinite(let file):
      "\(escaped(file)): its outputs are not finite numbers; are the weights damaged, or is the "
        + "adapter's weight too large?"
    }
  }
}
