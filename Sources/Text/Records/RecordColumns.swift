import JSON
import OrderedCollections
import Tensors

/// The columns of one row, by the names that forms have.
struct RecordColumns {
  let file: String
  let line: Int
  let values: OrderedDictionary<ExactString, JSONValue>
  /// Whether a text may have nothing in it.
  var takesEmptyTexts = false

  var names: [String] { values.keys.map(\.text) }

  subscript(column: String) -> JSONValue? {
    guard let value = values[ExactString(column)], !value.isNull else { return nil }
    return value
  }

  func text(_ column: String) throws(TextDataError) -> String {
    guard let text = try optionalText(column) else { throw problem(.missingColumn(column)) }
    return text
  }

  func optionalText(_ column: String) throws(TextDataError) -> String? {
    guard let value = self[column] else { return nil }
    guard let text = value.string else {
      throw problem(.wrongType(column: column, expected: "a string"))
    }
    return text
  }

  /// What stands in a column: a string's characters, or what else it is as JSON.
  func written(_ column: String) throws(TextDataError) -> String {
    guard let value = values[ExactString(column)] else { throw problem(.missingColumn(column)) }
    if value.isNull { return "" }
    return value.string ?? value.compactText
  }

  /// Text with something in it besides white space, unless empty ones are taken.
  func filledText(_ column: String) throws(TextDataError) -> String {
    let text = try text(column)
    guard takesEmptyTexts || text.unicodeScalars.contains(where: { !$0.properties.isWhitespace })
    else {
      throw problem(.empty(column: column))
    }
    return text
  }

  /// An array or object, which a table holds as JSON in a field.
  func structure(_ column: String) throws(TextDataError) -> JSONValue? {
    guard let value = self[column] else { return nil }
    guard let text = value.string else { return value }
    guard !text.isEmpty else { return nil }
    guard let parsed = try? JSONValue(parsing: text) else {
      throw problem(.wrongType(column: column, expected: "an array, or its JSON text"))
    }
    return parsed
  }

  func wholeNumbers(_ column: String) throws(TextDataError) -> [Int]? {
    guard let value = try structure(column) else { return nil }
    let numbers = value.array?.compactMap(\.int) ?? []
    guard let elements = value.array, elements.count == numbers.count else {
      throw problem(.wrongType(column: column, expected: "an array of whole numbers"))
    }
    return numbers
  }

  func label(_ column: String) throws(TextDataError) -> TextLabel {
    guard let value = self[column] else { throw problem(.missingColumn(column)) }
    guard let label = TextLabel(value) else {
      throw problem(
        .wrongType(column: column, expected: "a word, a finite number, or a list of them"))
    }
    if label == .name("") { throw problem(.empty(column: column)) }
    return label
  }

  func problem(_ problem: TextDataError.Problem) -> TextDataError {
    TextDataError(file: file, line: line, problem: problem)
  }
}

extension TextLabel {
  init?(_ json: JSONValue) {
    switch json {
    case .string(let text): self = .name(text)
    case .bool(let value): self = .int(value ? 1 : 0)
    case .number(let number):
      if let int = number.int {
        self = .int(int)
      } else {
        guard number.double.isFinite else { return nil }
        self = .value(number.double)
      }
    case .array(let elements):
      let labels = elements.compactMap { TextLabel($0) }
      guard labels.count == elements.count else { return nil }
      self = .list(labels)
    default: return nil
    }
  }
}
