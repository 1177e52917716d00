import Tensors

/// What is wrong with a table, and where in its file.
package struct TableError: ReportableError, Equatable {
  package enum Reason: Sendable, Equatable {
    case notUTF8(byte: Int)
    case nulByte(byte: Int)
    case textAfterQuote
    case unterminatedQuote
    case fieldTooLong(limit: Int)
    case recordTooLong(limit: Int)
    case tooManyColumns(limit: Int)
    case empty
    case noRows
    case noFeatures
    case duplicateColumn
    case noSuchColumn(available: [String])
    case featureCount(found: Int, expected: Int)
    case columnName(expected: String)
    case fieldCount(found: Int, expected: Int)
    case missingValue
    case notANumber(String)
    case notFinite(String)
    case unknownLabel(String, known: [String])
    case labelOutOfRange(String, classes: Int)
    case wordForId(String, classes: Int)
    case openTask(found: Int, isMore: Bool)
    case tooManyLabels(found: Int, classes: Int)
    case targetCount(found: Int, expected: Int)
    case notAFeature
    case unknownCategory(String, known: [String])
    case tooManyCategories(limit: Int)
    case singleClass
  }

  package let file: String
  /// The physical line, from 1, that the record begins on.
  package let line: Int?
  package let column: String?
  package let reason: Reason

  package init(file: String, line: Int? = nil, column: String? = nil, _ reason: Reason) {
    (self.file, self.line, self.column, self.reason) = (file, line, column, reason)
  }

  package var category: FailureCategory { .badData }

  /// Whether the table leaves open what its target is.
  package var isOpenTask: Bool {
    if case .openTask = reason { true } else { false }
  }

  package var description: String {
    let place = line.map { "line \($0): " } ?? ""
    let field = column.map { "column \"\(escaped($0))\": " } ?? ""
    return "\(escaped(file)): \(place)\(field)\(reason)"
  }
}

extension TableError.Reason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notUTF8, .nulByte, .textAfterQuote, .unterminatedQuote, .fieldTooLong, .recordTooLong,
      .tooManyColumns, .empty:
      formDescription
    default:
      contentDescription
    }
  }

  /// What breaks the form of a CSV file.
  private var formDescription: String {
    switch self {
    case .notUTF8(let byte): "byte \(byte): not UTF-8; convert the file, as with iconv -t UTF-8"
    case .nulByte(let byte): "byte \(byte): a NUL; text has none, so this is not a CSV file"
    case .textAfterQuote:
      "text after a closing quote; a quote inside a quoted field is written twice"
    case .unterminatedQuote: "a quote opened on this line is never closed"
    case .fieldTooLong(let limit): "a field of more than \(limit) bytes; is a quote missing?"
    case .recordTooLong(let limit): "a record of more than \(limit) bytes; is a quote missing?"
    case .tooManyColumns(let limit): "more than \(limit) columns; no table here may have that many"
    default: "the file holds no records; a table has a header line and rows"
    }
  }

  /// What makes the contents unusable.
  private var contentDescription: String {
    switch self {
    case .noRows: "a header and no rows; there is nothing to learn from"
    case .noFeatures: "no column besides the target; a network needs features"
    case .duplicateColumn: "two columns have this name; rename one"
    case .noSuchColumn(let available): "no such column; there are \(listed(available))"
    case .featureCount(let found, let expected):
      "\(found) feature columns, the network reads \(expected); choose another file or --target"
    case .columnName(let expected):
      "the network was trained on \"\(escaped(expected))\" in this place; reorder the columns"
    case .fieldCount(let found, let expected): "\(found) fields, the header has \(expected)"
    case .missingValue: "the value is missing; fill it in or drop the row"
    case .notANumber(let text): "\"\(shortened(text))\" is not a decimal number"
    case .notFinite(let text): "\"\(shortened(text))\" is not a finite number"
    case .unknownLabel(let text, let known):
      "label \"\(shortened(text))\" is unknown to the network; it knows \(listed(known))"
    case .labelOutOfRange(let text, let classes):
      "label \(shortened(text)) is out of range; class ids are 0 to \(classes - 1)"
    case .wordForId(let text, let classes):
      "label \"\(shortened(text))\" is a word, the network's classes are the ids 0 to \(classes - 1); "
        + "replace each word by its id"
    case .openTask(let found, let isMore):
      "\(isMore ? "more than " : "")\(found) different whole numbers, which may be values or classes; "
        + "say --task regression or --task classification"
    case .tooManyLabels(let found, let classes):
      "\(found) different labels, there is room for \(classes); is this a regression?"
    case .targetCount(let found, let expected):
      "\(found) target column\(found == 1 ? "" : "s"), the network has \(expected) outputs; "
        + "choose them with --target"
    case .notAFeature: "is no feature: it is the target, dropped, or named twice; choose another"
    case .unknownCategory(let text, let known):
      "\"\(shortened(text))\" is none of the categories that the network knows: \(listed(known))"
    case .tooManyCategories(let limit):
      "more than \(limit) different words; drop the column, or cut it into fewer"
    case .singleClass: "all labels are of one class; there is nothing to tell apart"
    default: ""
    }
  }
}

/// The first names of a list, quoted.
private func listed(_ names: [String]) -> String {
  let shown = names.prefix(8).map { "\"\(shortened($0))\"" }.joined(separator: ", ")
  return names.count > 8 ? shown + " and \(names.count - 8) more" : shown
}

/// Text of a field, escaped and cut to what fits in a message.
private func shortened(_ text: String) -> String {
  text.count > 40 ? escaped(String(text.prefix(40))) + "…" : escaped(text)
}
