import Tensors

extension JSONValue {
  /// What a value is, for an error that expected something else.
  package var kindName: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .number(let number): "the number \(number.text)"
    case .string(let text): "the text \"\(escaped(String(text.prefix(60))))\""
    case .array: "a list"
    case .object: "an object"
    }
  }
}
