import JSON
import OrderedCollections
import Tensors

/// Reads a header's text in one pass, without recursion and without a tree.
struct HeaderScanner {
  private var lexer: JSONLexer
  private var entries: [TensorEntry] = []
  private var names: KeyTable
  private var metadata: OrderedDictionary<String, String>?
  private var hasMetadata = false

  /// The fewest bytes of one entry, `"":{"dtype":"U8","shape":[],"data_offsets":[0,0]},`
  /// without its name, so that no table grows, nor is reserved larger than the text justifies.
  private static let smallestEntry = 50

  private static let metadataKey = Array("__metadata__".utf8)

  private init(_ text: [UInt8]) {
    lexer = JSONLexer(text)
    let openings = text.reduce(into: 0) { $0 += $1 == UInt8(ascii: "{") ? 1 : 0 }
    let capacity = min(openings, text.count / Self.smallestEntry + 1)
    entries.reserveCapacity(capacity)
    names = KeyTable(capacity: capacity)
  }

  /// Reads the text of a header, checking everything but the size of the data section.
  ///
  /// - Throws: `HeaderFailure` for the first refusal in the order of the text, then, for the layout,
  ///   in the order of the data.
  static func header(from text: [UInt8]) throws(HeaderFailure) -> SafetensorsHeader {
    var scanner = HeaderScanner(text)
    try scanner.scan()
    let order = try DataLayout.order(of: scanner.entries)
    return SafetensorsHeader(
      entries: scanner.entries, metadata: scanner.metadata, dataStart: 8 + text.count,
      names: scanner.names, order: order)
  }

  private mutating func scan() throws(HeaderFailure) {
    guard lexer.bytes.first == UInt8(ascii: "{") else {
      let isMarked = lexer.bytes.starts(with: [0xEF, 0xBB, 0xBF])
      throw HeaderFailure(at: 0, isMarked ? .json(.byteOrderMark) : .notAnObject)
    }
    lexer.position = 1
    if !lexer.take(UInt8(ascii: "}")) {
      repeat {
        try member()
      } while try blaming(nil) { (lexer) throws(JSONFailure) in
        try lexer.takeComma(orClose: UInt8(ascii: "}"))
      }
    }
    try blaming(nil) { (lexer) throws(JSONFailure) in try lexer.finish() }
  }

  private mutating func member() throws(HeaderFailure) {
    _ = lexer.next()
    let start = lexer.position
    let key = try blaming(nil) { (lexer) throws(JSONFailure) in
      let key = try lexer.rawString()
      try lexer.expect(UInt8(ascii: ":"), "a colon")
      return key
    }
    guard !lexer.matches(key, Self.metadataKey) else {
      guard !hasMetadata else { throw HeaderFailure(at: start, .duplicateMetadata) }
      hasMetadata = true
      metadata = try MetadataScanner.metadata(&lexer)
      return
    }
    let name = lexer.text(key)
    try check(key, name, at: start)
    let entry = try EntryScanner.entry(named: name, at: start, &lexer)
    entries.append(entry)
  }

  private mutating func check(
    _ key: JSONLexer.RawString, _ name: String, at start: Int
  ) throws(HeaderFailure) {
    guard !name.isEmpty else { throw HeaderFailure(at: start, tensor: "", .emptyName) }
    guard name.utf8.count <= 1024 else {
      throw HeaderFailure(at: start, .nameTooLong(name.utf8.count))
    }
    // Unescaped, a control character is no JSON.
    guard !key.hasEscapes || !name.utf8.contains(0) else {
      throw HeaderFailure(at: start, tensor: name, .nulInName)
    }
    let isFirst = names.insert(entries.count, hash: lexer.hash(key)) {
      sameBytes(entries[$0].name, name)
    }
    guard isFirst else { throw HeaderFailure(at: start, tensor: name, .duplicateName) }
  }

  private mutating func blaming<Result>(
    _ tensor: String?, _ body: (inout JSONLexer) throws(JSONFailure) -> Result
  ) throws(HeaderFailure) -> Result {
    try lexer.blaming(tensor, body)
  }
}

extension JSONLexer {
  /// Runs `body`, and turns what it finds wrong into a failure of the header that blames `tensor`.
  mutating func blaming<Result>(
    _ tensor: String?, _ body: (inout JSONLexer) throws(JSONFailure) -> Result
  ) throws(HeaderFailure) -> Result {
    do throws(JSONFailure) {
      return try body(&self)
    } catch {
      throw HeaderFailure(at: error.offset, tensor: tensor, .json(error.problem))
    }
  }
}
