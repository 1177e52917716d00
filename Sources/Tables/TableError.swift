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
    case numbersForNames(first: String)
    case duplicateColumn
    case noSuchColumn(nearest: String?, available: [String])
    case featureCount(found: Int, expected: Int)
    case isRead
    case fieldCount(found: Int, expected: Int, rows: Int)
    case missingValue(rows: Int)
    case missingWord(String, rows: Int)
    case emptyColumn
    case missingTarget(rows: Int)
    case noTarget(isNameless: Bool)
    case notANumber(String)
    case notFinite(String)
    case notNumbers(OddColumn, OddColumn.Use)
    case truthsAmongNumbers(String)
    case unknownLabel(String, known: [String])
    case labelOutOfRange(String, classes: Int)
    case wordForId(String, classes: Int)
    case openTask(found: Int, isMore: Bool)
    case rowsForClasses(found: Int)
    case tooManyLabels(found: Int, classes: Int)
    case targetCount(found: Int, expected: Int)
    case notAFeature
    case unknownCategory(String, rows: Int, known: [String])
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
      .tooManyColumns, .empty, .fieldCount, .noRows:
      formDescription
    case .numbersForNames, .noFeatures, .duplicateColumn, .noSuchColumn, .featureCount, .isRead,
      .notAFeature, .targetCount:
      columnDescription
    case .unknownLabel, .labelOutOfRange, .wordForId, .openTask, .rowsForClasses, .tooManyLabels,
      .singleClass, .missingTarget, .noTarget:
      targetDescription
    case .missingValue, .missingWord, .emptyColumn, .notANumber, .notFinite, .notNumbers,
      .truthsAmongNumbers, .unknownCategory, .tooManyCategories:
      valueDescription
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
    case .fieldCount(let found, let expected, let rows):
      "\(found) fields, the header has \(expected)"
        + (rows > 1 ? "; \(rows) rows have another number than it" : "")
        + (rows > 1 && found == expected + 1
          ? ": is there no name above the row names, or a comma in numbers?" : "")
    case .noRows: "a header and no rows; there is nothing to learn from"
    default: "the file holds no records; a table has a header line and rows"
    }
  }

  /// What is wrong with the choice of columns.
  private var columnDescription: String {
    switch self {
    case .numbersForNames(let first):
      "\"\(shortened(first))\" and the rest of the first line are rather a row than names; say "
        + "--no-header, or --header where they are names"
    case .noFeatures:
      "no column besides the target; a network needs features: is it another --delimiter?"
    case .duplicateColumn: "two columns have this name; rename one"
    case .noSuchColumn(let nearest, let available):
      "no such column; " + (nearest.map { "the nearest is \"\(shortened($0))\"; " } ?? "")
        + "there are \(listed(available))"
    case .featureCount(let found, let expected):
      "\(found) feature columns, the network reads \(expected); choose another file or --target"
    case .isRead: "the network reads this column; it can be neither dropped nor the target"
    case .targetCount(let found, let expected):
      "\(found) target column\(found == 1 ? "" : "s"), the network has \(expected) outputs; "
        + "choose them with --target"
    default: "is no feature: it is the target, dropped, or named twice; choose another"
    }
  }
}

/// The first names of a list, quoted.
func listed(_ names: [String]) -> String {
  let shown = names.prefix(8).map { "\"\(shortened($0))\"" }.joined(separator: ", ")
  return names.count > 8 ? shown + " and \(names.count - 8) more" : shown
}

/// Text of a field, escaped and cut to what fits in a message.
func shortened(_ text: String) -> String {
  text.count > 40 ? escaped(String(text.prefix(40))) + "…" : escaped(text)
}
