import Tensors

/// What is wrong with a row of text data.
package struct TextDataError: ReportableError, Equatable {
  package let file: String
  /// From 1; 0 when it is the whole file.
  package let line: Int
  package let problem: Problem

  package enum Problem: Sendable, Equatable {
    case notJSON(column: Int, String)
    case notAnObject
    case notUTF8(column: Int)
    case tooLong(limit: Int)
    case noForm(found: [String])
    case severalForms([TextForm])
    case otherForm(expected: TextForm, found: [TextForm])
    case missingColumn(String)
    case wrongType(column: String, expected: String)
    case empty(column: String)
    case unknownRole(String, message: Int)
    case badMessage(message: Int, String)
    case noAnswer
    case lengths(column: String, found: Int, expected: Int)
    case fieldCount(found: Int, expected: Int)
    case noRows
    case unknownField(String)
    case formatUnknown
    case others(Int)
  }

  package var category: FailureCategory { .badData }

  package var description: String {
    let place = line > 0 ? "\(escaped(file)):\(line)" : escaped(file)
    return "\(place): \(problem.text)"
  }
}

extension TextDataError.Problem {
  fileprivate var text: String {
    switch self {
    case .notJSON(let column, let problem): "not JSON at column \(column): \(problem)"
    case .notAnObject: "expected an object with named columns, {\"text\": …}"
    case .notUTF8(let column): "column \(column) is not UTF-8; convert the file to UTF-8"
    case .tooLong(let limit): "the row is longer than \(limit >> 20) MiB"
    case .noForm(let found):
      "no form of text data has the columns \(listed(found)); there are \(TextForm.listed); name "
        + "yours with --fields, as in --fields prompt=question,completion=answer"
    case .severalForms(let forms): severalFormsText(forms)
    case .otherForm(let expected, let found):
      "expected the form of the first row, \(expected.rawValue), found "
        + (found.isEmpty ? "none" : found.map(\.rawValue).joined(separator: " and "))
    case .missingColumn(let column): "the column \"\(escaped(column))\" is missing"
    case .wrongType(let column, let expected):
      "column \"\(escaped(column))\": expected \(expected)"
    case .empty(let column): "column \"\(escaped(column))\" is empty"
    case .unknownRole(let role, let message):
      "message \(message): the role \"\(escaped(role))\" is unknown; there are system, developer, "
        + "user, assistant and tool"
    case .badMessage(let message, let problem): "message \(message): \(problem)"
    case .noAnswer: "no message of the assistant: there is nothing to learn from it"
    case .lengths(let column, let found, let expected):
      "column \"\(escaped(column))\": \(found) numbers for \(expected) ids"
    case .fieldCount(let found, let expected):
      "\(found) fields where the first line names \(expected) columns; text with commas stands in "
        + "quotes"
    case .noRows: "the file has no rows"
    case .unknownField(let field):
      "--fields names \"\(escaped(field))\", which is no column of any form; there are "
        + TextForm.listed
    case .formatUnknown:
      "its name does not say whether it is JSON lines, CSV or plain text; say --format jsonl, csv "
        + "or txt"
    case .others(let count): "and \(count) more rows that cannot be used"
    }
  }
}

private func severalFormsText(_ forms: [TextForm]) -> String {
  let names = forms.map { "\"\($0.rawValue)\"" }.joined(separator: " and ")
  return "the columns fit \(names); say which with --form, or rename columns with --fields"
}

private func listed(_ names: [String]) -> String {
  guard !names.isEmpty else { return "that it has (none)" }
  let shown = names.prefix(8).map { "\"\(escaped($0))\"" }.joined(separator: ", ")
  return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
}
