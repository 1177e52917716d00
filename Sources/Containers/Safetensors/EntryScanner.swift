import JSON
import Tensors

/// Reads one tensor's entry: `{"dtype": …, "shape": […], "data_offsets": [begin, end]}`.
///
/// Other fields are checked as JSON and otherwise ignored, as the reference library does.
enum EntryScanner {
  /// Reads the value after the name, which is known to be acceptable.
  static func entry(
    named name: String, at start: Int, _ lexer: inout JSONLexer
  ) throws(HeaderFailure) -> TensorEntry {
    guard lexer.next() == UInt8(ascii: "{") else {
      guard lexer.next() != nil else { throw HeaderFailure(at: lexer.end, .json(.unexpectedEnd)) }
      throw HeaderFailure(at: lexer.position, tensor: name, .entryNotAnObject)
    }
    var fields = EntryFields(name: name, start: start)
    lexer.position += 1
    if !lexer.take(UInt8(ascii: "}")) {
      repeat {
        try fields.read(&lexer)
      } while try lexer.blaming(name) { (lexer) throws(JSONFailure) in
        try lexer.takeComma(orClose: UInt8(ascii: "}"))
      }
    }
    return try fields.entry()
  }
}

private struct EntryFields {
  let name: String
  let start: Int
  var type: DType?
  var shape: Shape?
  var begin = 0
  var end = 0
  var hasOffsets = false
  /// Fields that are none of the three.
  var otherKeys: KeyScanner?

  mutating func read(_ lexer: inout JSONLexer) throws(HeaderFailure) {
    _ = lexer.next()
    let position = lexer.position
    let key = try lexer.blaming(name) { (lexer) throws(JSONFailure) in
      let key = try lexer.rawString()
      try lexer.expect(UInt8(ascii: ":"), "a colon")
      return key
    }
    if lexer.matches(key, FieldName.type) {
      try refuse(type != nil, "dtype", at: position)
      type = try readType(&lexer)
    } else if lexer.matches(key, FieldName.shape) {
      try refuse(shape != nil, "shape", at: position)
      shape = try readShape(&lexer)
    } else if lexer.matches(key, FieldName.offsets) {
      try refuse(hasOffsets, "data_offsets", at: position)
      try readOffsets(&lexer)
      hasOffsets = true
    } else {
      try lexer.blaming(name) { (lexer) throws(JSONFailure) in
        try add(key, at: position, lexer)
        try lexer.skipValue()
      }
    }
  }

  private mutating func add(
    _ key: JSONLexer.RawString, at position: Int, _ lexer: JSONLexer
  ) throws(JSONFailure) {
    var keys = otherKeys.take() ?? KeyScanner()
    if keys.depth == 0 { keys.open(isObject: true) }
    try keys.add(key, at: position, lexer)
    otherKeys = keys
  }

  private func refuse(_ isThere: Bool, _ field: String, at position: Int) throws(HeaderFailure) {
    guard isThere else { return }
    throw HeaderFailure(at: position, tensor: name, .duplicateField(field))
  }

  private func readType(_ lexer: inout JSONLexer) throws(HeaderFailure) -> DType {
    guard lexer.next() == UInt8(ascii: "\"") else {
      throw HeaderFailure(at: lexer.position, tensor: name, .typeNotText)
    }
    let position = lexer.position
    let text = try lexer.blaming(name) { (lexer) throws(JSONFailure) in try lexer.rawString() }
    for (spelling, type) in FieldName.types where lexer.matches(text, spelling) { return type }
    throw HeaderFailure(at: position, tensor: name, .unknownType(lexer.text(text)))
  }

  private func readShape(_ lexer: inout JSONLexer) throws(HeaderFailure) -> Shape {
    var dimensions: [Int] = []
    guard lexer.take(UInt8(ascii: "[")) else {
      throw HeaderFailure(at: lexer.position, tensor: name, .shapeNotSizes)
    }
    guard !lexer.take(UInt8(ascii: "]")) else { return [] }
    repeat {
      guard dimensions.count < 64 else {
        throw HeaderFailure(at: lexer.position, tensor: name, .rankTooLarge)
      }
      dimensions.append(try size(&lexer, orElse: .shapeNotSizes))
    } while try lexer.blaming(name) { (lexer) throws(JSONFailure) in
      try lexer.takeComma(orClose: UInt8(ascii: "]"))
    }
    return Shape(dimensions)
  }

  private mutating func readOffsets(_ lexer: inout JSONLexer) throws(HeaderFailure) {
    let start = lexer.position
    guard lexer.take(UInt8(ascii: "[")) else { throw offsetsFailure(lexer.position) }
    begin = try size(&lexer, orElse: .offsetsNotTwoSizes)
    guard lexer.take(UInt8(ascii: ",")) else { throw offsetsFailure(start) }
    end = try size(&lexer, orElse: .offsetsNotTwoSizes)
    guard lexer.take(UInt8(ascii: "]")) else { throw offsetsFailure(start) }
  }

  private func offsetsFailure(_ position: Int) -> HeaderFailure {
    HeaderFailure(at: position, tensor: name, .offsetsNotTwoSizes)
  }

  /// Reads digits, and nothing but digits, that make a number below 2^63.
  private func size(
    _ lexer: inout JSONLexer, orElse problem: HeaderProblem
  ) throws(HeaderFailure) -> Int {
    guard let first = lexer.next(), first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") else {
      throw HeaderFailure(at: lexer.position, tensor: name, problem)
    }
    let digits = try lexer.blaming(name) { (lexer) throws(JSONFailure) in try lexer.number() }
    var value = 0
    for index in digits {
      let digit = Int(lexer.bytes[index]) - Int(UInt8(ascii: "0"))
      guard digit >= 0, digit <= 9 else {
        throw HeaderFailure(at: digits.lowerBound, tensor: name, problem)
      }
      let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tenfold.addingReportingOverflow(digit)
      guard !overflow, !carry else {
        throw HeaderFailure(at: digits.lowerBound, tensor: name, .numberTooLarge)
      }
      value = sum
    }
    return value
  }

  func entry() throws(HeaderFailure) -> TensorEntry {
    guard let type else { throw failure(.missingField("dtype")) }
    guard let shape else { throw failure(.missingField("shape")) }
    guard hasOffsets else { throw failure(.missingField("data_offsets")) }
    guard begin <= end else { throw failure(.beginAfterEnd) }
    guard let expected = shape.byteCount(of: type) else {
      throw failure(isPartial(shape, type) ? .partialByte : .sizeOverflow)
    }
    guard expected == end - begin else {
      throw failure(.sizeMismatch(expected: expected, found: end - begin))
    }
    return TensorEntry(name: name, type: type, shape: shape, range: begin..<end)
  }

  private func failure(_ problem: HeaderProblem) -> HeaderFailure {
    HeaderFailure(at: start, tensor: name, problem)
  }

  /// Whether a size that could not be told fits and ends inside a byte.
  private func isPartial(_ shape: Shape, _ type: DType) -> Bool {
    type.bitCount % 8 != 0 && shape.byteCount(of: .u8) != nil
      && shape.elementCount <= Int.max / type.bitCount
  }
}

private enum FieldName {
  static let type = Array("dtype".utf8)
  static let shape = Array("shape".utf8)
  static let offsets = Array("data_offsets".utf8)
  static let types = DType.allCases.map { (spelling: Array($0.rawValue.utf8), type: $0) }
}
