import Tensors

/// Why a chat template cannot be read, or does not render.
package enum TemplateError: ReportableError {
  /// What the template says is not its language, or is more of it than is spoken here.
  case notUnderstood(file: String, line: Int, problem: String)
  /// The template, run on this conversation, does what cannot be done.
  case failed(file: String, line: Int, problem: String)
  /// The template called `raise_exception` with these words.
  case raised(file: String, line: Int, words: String)

  package var category: FailureCategory { .badData }

  package var description: String {
    switch self {
    case .notUnderstood(let file, let line, let problem):
      "\(escaped(file)):\(line): \(problem); give another template with --template"
    case .failed(let file, let line, let problem):
      "\(escaped(file)):\(line): the template does not fit this conversation: \(problem)"
    case .raised(let file, let line, let words):
      "\(escaped(file)):\(line): the template refuses this conversation: "
        + "\"\(escaped(words))\""
    }
  }
}

/// What went wrong in one operation, before anybody knows where the template asked for it.
struct TemplateFailure: Error {
  let problem: String
  var isRaised = false

  init(_ problem: String) {
    self.problem = problem
  }

  /// The words of the template itself.
  static func raised(_ words: String) -> Self {
    var failure = Self(words)
    failure.isRaised = true
    return failure
  }

  func located(in file: String, line: Int) -> TemplateError {
    isRaised
      ? .raised(file: file, line: line, words: problem)
      : .failed(file: file, line: line, problem: problem)
  }
}
