/// The keys of one object that is checked but not built: each may be there once.
struct KeyScanner {
  /// Keys that one object may have, so that memory stays bounded by the text.
  static let limit = 4096

  private var keys: [JSONLexer.RawString] = []
  private var table: KeyTable?

  /// Adds a key that `lexer` read at `position`.
  mutating func add(
    _ key: JSONLexer.RawString, at position: Int, _ lexer: JSONLexer
  ) throws(JSONFailure) {
    guard keys.count < Self.limit else {
      throw JSONFailure(at: position, .tooManyKeys(limit: Self.limit))
    }
    let bytes = lexer.decoded(key)
    let hash = bytes.withBytes { KeyTable.hash($0) }
    var table = self.table.take() ?? KeyTable()
    guard table.find(hash, where: { lexer.decoded(keys[$0]) == bytes }) == nil else {
      throw JSONFailure(at: position, .duplicateKey(lexer.text(key)))
    }
    table.insert(keys.count, hash: hash)
    self.table = table
    keys.append(key)
  }
}

extension JSONLexer {
  /// Reads one value of any kind, checking it without building it or recursing.
  mutating func skipValue() throws(JSONFailure) {
    // The open objects (with their keys) and arrays (nil), outermost first.
    var open: [KeyScanner?] = []
    while true {
      if let last = open.indices.last, open[last] != nil { try skipKey(&open[last]) }
      guard try !opens(&open) else { continue }
      guard try closes(&open) else { continue }
      return
    }
  }

  /// Reads an opening bracket and, when something is in it, says that a member follows; reads
  /// any other value whole.
  private mutating func opens(_ open: inout [KeyScanner?]) throws(JSONFailure) -> Bool {
    switch next() {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard open.count < JSONValue.depthLimit else {
        throw JSONFailure(at: position, .tooDeep(limit: JSONValue.depthLimit))
      }
      let isObject = bytes[position] == UInt8(ascii: "{")
      position += 1
      if take(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) { return false }
      open.append(isObject ? KeyScanner() : nil)
      return true
    case UInt8(ascii: "\""): _ = try rawString()
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    case let byte? where startsNumber(byte): _ = try number()
    default: throw unexpected("a value")
    }
    return false
  }

  /// After a value: reads the comma before the next member (false), or all brackets that close.
  private mutating func closes(_ open: inout [KeyScanner?]) throws(JSONFailure) -> Bool {
    while let last = open.indices.last {
      let close = open[last] == nil ? UInt8(ascii: "]") : UInt8(ascii: "}")
      if try takeComma(orClose: close) { return false }
      open.removeLast()
    }
    return true
  }

  private mutating func skipKey(_ keys: inout KeyScanner?) throws(JSONFailure) {
    _ = next()
    let start = position
    let key = try rawString()
    try keys?.add(key, at: start, self)
    try expect(UInt8(ascii: ":"), "a colon")
  }
}
