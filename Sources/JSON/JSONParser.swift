import OrderedCollections
import Tensors

extension JSONValue {
  /// Levels of arrays and objects that text may nest.
  package static let depthLimit = 64

  /// Reads `bytes` as one JSON document, strictly: UTF-8 without a byte order mark, every key of
  /// an object once, at most `depthLimit` levels.
  ///
  /// - Throws: `JSONFailure` with the byte at which the text stops being JSON.
  package init(
    parsing bytes: [UInt8], spelling: JSONSpelling = .standard
  ) throws(JSONFailure) {
    guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else { throw JSONFailure(at: 0, .byteOrderMark) }
    var parser = JSONParser(lexer: JSONLexer(bytes, spelling: spelling))
    self = try parser.value(depth: 0)
    try parser.lexer.finish()
  }

  /// Reads `text` as one JSON document.
  package init(parsing text: String) throws(JSONFailure) {
    try self.init(parsing: Array(text.utf8))
  }
}

/// Builds values by descent, which the depth limit keeps shallow.
private struct JSONParser {
  var lexer: JSONLexer

  mutating func value(depth: Int) throws(JSONFailure) -> JSONValue {
    switch lexer.next() {
    case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
    case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
    case UInt8(ascii: "\""): return .string(try lexer.string())
    case UInt8(ascii: "t"):
      try lexer.literal("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try lexer.literal("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try lexer.literal("null")
      return .null
    case let byte? where startsNumber(byte):
      let text = try lexer.number()
      return .number(JSONNumber(checked: String(decoding: lexer.bytes[text], as: UTF8.self)))
    default:
      throw lexer.unexpected("a value")
    }
  }

  private mutating func object(depth: Int) throws(JSONFailure) -> OrderedDictionary<
    ExactString, JSONValue
  > {
    try open(depth)
    var members: OrderedDictionary<ExactString, JSONValue> = [:]
    guard !lexer.take(UInt8(ascii: "}")) else { return members }
    repeat {
      _ = lexer.next()
      let start = lexer.position
      let key = ExactString(try lexer.string())
      try lexer.expect(UInt8(ascii: ":"), "a colon")
      let value = try value(depth: depth)
      guard members.updateValue(value, forKey: key) == nil else {
        throw JSONFailure(at: start, .duplicateKey(key.text))
      }
    } while try lexer.takeComma(orClose: UInt8(ascii: "}"))
    return members
  }

  private mutating func array(depth: Int) throws(JSONFailure) -> [JSONValue] {
    try open(depth)
    var elements: [JSONValue] = []
    guard !lexer.take(UInt8(ascii: "]")) else { return elements }
    repeat {
      elements.append(try value(depth: depth))
    } while try lexer.takeComma(orClose: UInt8(ascii: "]"))
    return elements
  }

  private mutating func open(_ depth: Int) throws(JSONFailure) {
    guard depth <= JSONValue.depthLimit else {
      throw JSONFailure(at: lexer.position, .tooDeep(limit: JSONValue.depthLimit))
    }
    lexer.position += 1
  }
}

/// Whether a value that begins with `byte` is a number, or one of Python's words for none.
func startsNumber(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "N"),
    UInt8(ascii: "I"):
    true
  default: false
  }
}
