import Tensors

/// Why a model does not go on with a text.
enum GenerationError: ReportableError {
  case noLanguageModel(file: String, type: String)
  case emptyPrompt(file: String)
  case promptTooLong(file: String, tokens: Int, limit: Int)
  case beyondVocabulary(file: String, id: Int, vocabulary: Int)
  case notFinite(file: String)

  var category: FailureCategory { .badData }

  var description: String {
    switch self {
    case .noLanguageModel(let file, let type):
      "\(escaped(file)): \(escaped(type)) here has no head that foretells tokens, so that it makes no "
        + "text; lora eval and lora predict use classifiers"
    case .emptyPrompt(let file):
      "the prompt has no tokens, and \(escaped(file)) puts none before it; give it some text"
    case .promptTooLong(let file, let tokens, let limit):
      "the prompt has \(tokens) tokens, \(escaped(file)) has \(limit) positions; shorten it"
    case .beyondVocabulary(let file, let id, let vocabulary):
      "the tokenizer gives the id \(id), \(escaped(file)) has \(vocabulary) tokens; are tokenizer "
        + "and weights of one model?"
    case .notFinite(let file):
      "\(escaped(file)): its outputs are not finite numbers; are the weights damaged, or is the "
        + "adapter's weight too large?"
    }
  }
}
