import Tensors
import Text
import Training

/// Why a row of text data is not what a model can learn or be measured on.
struct RowError: ReportableError {
  let line: Int
  let problem: Problem
  var file = ""

  enum Problem {
    case noTemplate
    case labelled
    case template(TemplateError)
    case noPrefix(message: Int)
    case beyondVocabulary(id: Int, vocabulary: Int)
    case negativeId
    case tokens(TokenProblem)
    case tooLong(tokens: Int, answer: Int?, limit: Int)
    case noLabel
    case noText
    case pair
    case unknownLabel(String, known: [String])
    case labelKind(found: String, expected: String)
  }

  init(_ record: TextRecord, _ problem: Problem) {
    (line, self.problem) = (record.line, problem)
  }

  var category: FailureCategory { .badData }

  var description: String { "\(escaped(file)):\(line): \(problem.text)" }
}

extension RowError.Problem {
  fileprivate var text: String {
    switch self {
    case .noTemplate:
      "a conversation, and the model has no chat template; give one with --template"
    case .labelled: "the row has a label, which a language model does not foretell"
    case .template(let error): "\(error)"
    case .noPrefix(let message):
      "message \(message): what the template writes to ask for it is no beginning of what it writes "
        + "of it, so that the answer has no place; give another template, or --loss all"
    case .beyondVocabulary(let id, let vocabulary):
      "the id \(id) is beyond the model's \(vocabulary) tokens"
    case .negativeId: "an id is negative"
    case .tokens(let problem): "\(problem)"
    case .tooLong(let tokens, let answer, let limit):
      "\(grouped(tokens)) tokens"
        + (answer.map { ", the answer begins at \(grouped($0 + 1))" } ?? "")
        + "; --max-tokens is \(grouped(limit))"
    case .noLabel: "the row has no label, which a classifier learns; expected a column \"label\""
    case .noText: "expected a column \"text\", or \"input_ids\", of which something is to be said"
    case .pair: "two texts, text and text_pair, which a language model does not read"
    case .unknownLabel(let label, let known):
      "the label \"\(escaped(label))\" is none of the model's: "
        + known.prefix(12).map { "\"\(escaped($0))\"" }.joined(separator: ", ")
        + (known.count > 12 ? " and \(known.count - 12) more" : "")
    case .labelKind(let found, let expected):
      "the label is \(found), expected \(expected)"
    }
  }
}
