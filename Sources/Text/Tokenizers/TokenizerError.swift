import JSON
import Tensors

/// Why a tokenizer cannot be used, or a text not be encoded with it.
package struct TokenizerError: ReportableError, Equatable {
  package enum Problem: Equatable, Sendable {
    case json(JSONFailure)
    /// A part of a kind that is not known here.
    case unsupported(kind: String, supported: [String])
    case missing(String)
    case wrong(expected: String, found: String)
    case pattern(String, String)
    case other(String)
  }

  /// The tokenizer's file.
  package let file: String
  /// Where in it, as `model.merges[3]`; empty for the whole.
  package let place: String
  package let problem: Problem

  init(file: String, place: String, _ problem: Problem) {
    (self.file, self.place, self.problem) = (file, place, problem)
  }

  package var category: FailureCategory { .badData }

  package var description: String {
    "\(escaped(file, inQuotes: false)): " + (place.isEmpty ? "" : "\(place): ") + sentence
  }

  private var sentence: String {
    switch problem {
    case .json(let failure): "byte \(failure.offset): \(failure.problem)"
    case .unsupported(let kind, let supported):
      "\"\(escapedKey(kind))\" is not supported; supported: \(supported.joined(separator: ", "))"
    case .missing(let name): "\"\(name)\" is missing; it is no tokenizer.json, or damaged"
    case .wrong(let expected, let found): "expected \(expected), found \(found)"
    case .pattern(let pattern, let problem): "\"\(escapedKey(pattern))\" \(problem)"
    case .other(let sentence): sentence
    }
  }
}
