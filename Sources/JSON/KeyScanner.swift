/// The keys of objects that are checked but not built: each may be there once in its object.
///
/// The keys of all open objects lie in one array, so that a million small objects allocate nothing.
package struct KeyScanner {
  /// Keys that one object may have, so that memory stays bounded by the text.
  package static let limit = 4096
  /// Up to as many keys are compared one by one.
  private static let tableThreshold = 8

  private struct Level {
    var isObject: Bool
    /// Where its keys begin in `keys`.
    var start: Int
    var table: KeyTable?
  }

  private var keys: [JSONLexer.RawString] = []
  private var levels: [Level] = []

  package init() {}

  /// How many objects and arrays are open.
  package var depth: Int { levels.count }
  /// Whether the innermost open thing is an object; nil when nothing is open.
  package var isInObject: Bool? { levels.last?.isObject }

  package mutating func open(isObject: Bool) {
    levels.append(Level(isObject: isObject, start: keys.count))
  }

  package mutating func close() {
    keys.removeLast(keys.count - levels.removeLast().start)
  }

  /// Adds a key of the innermost object, which `lexer` read at `position`.
  package mutating func add(
    _ key: JSONLexer.RawString, at position: Int, _ lexer: JSONLexer
  ) throws(JSONFailure) {
    let level = levels.count - 1
    let start = levels[level].start
    let count = keys.count - start
    guard count < Self.limit else {
      throw JSONFailure(at: position, .tooManyKeys(limit: Self.limit))
    }
    var isThere = false
    if count < Self.tableThreshold {
      for index in start..<keys.count where lexer.areEqual(keys[index], key) { isThere = true }
    } else {
      var table = levels[level].table.take() ?? table(from: start, lexer)
      isThere = !table.insert(count, hash: lexer.hash(key)) {
        lexer.areEqual(keys[start + $0], key)
      }
      levels[level].table = table
    }
    guard !isThere else { throw JSONFailure(at: position, .duplicateKey(lexer.text(key))) }
    keys.append(key)
  }

  private func table(from start: Int, _ lexer: JSONLexer) -> KeyTable {
    var table = KeyTable()
    for index in start..<keys.count {
      // Compared one by one before: none is there twice.
      _ = table.insert(index - start, hash: lexer.hash(keys[index])) { _ in false }
    }
    return table
  }
}

extension JSONLexer {
  /// Reads one value of any kind, checking it without building it or recursing.
  package mutating func skipValue() throws(JSONFailure) {
    var open = KeyScanner()
    while true {
      if open.isInObject == true { try skipKey(&open) }
      guard try !opens(&open) else { continue }
      guard try closes(&open) else { continue }
      return
    }
  }

  /// Reads an opening bracket and, when something is in it, says that a member follows; reads
  /// any other value whole.
  private mutating func opens(_ open: inout KeyScanner) throws(JSONFailure) -> Bool {
    switch next() {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard open.depth < JSONValue.depthLimit else {
        throw JSONFailure(at: position, .tooDeep(limit: JSONValue.depthLimit))
      }
      let isObject = bytes[position] == UInt8(ascii: "{")
      position += 1
      if take(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) { return false }
      open.open(isObject: isObject)
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
  private mutating func closes(_ open: inout KeyScanner) throws(JSONFailure) -> Bool {
    while let isObject = open.isInObject {
      if try takeComma(orClose: isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) { return false }
      open.close()
    }
    return true
  }

  private mutating func skipKey(_ open: inout KeyScanner) throws(JSONFailure) {
    _ = next()
    let start = position
    let key = try rawString()
    try open.add(key, at: start, self)
    try expect(UInt8(ascii: ":"), "a colon")
  }
}
