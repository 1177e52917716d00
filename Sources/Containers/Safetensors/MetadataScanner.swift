import JSON
import OrderedCollections
import Tensors

/// Reads the value of `__metadata__`: null, or an object of texts.
enum MetadataScanner {
  /// Keys that the metadata may have, so that memory stays bounded by the text.
  static let limit = 65_536

  static func metadata(
    _ lexer: inout JSONLexer
  ) throws(HeaderFailure) -> OrderedDictionary<String, String>? {
    if lexer.next() == UInt8(ascii: "n") {
      try lexer.blaming(nil) { (lexer) throws(JSONFailure) in try lexer.literal("null") }
      return nil
    }
    guard lexer.take(UInt8(ascii: "{")) else {
      guard lexer.next() != nil else { throw HeaderFailure(at: lexer.end, .json(.unexpectedEnd)) }
      throw HeaderFailure(at: lexer.position, .metadataNotAnObject)
    }
    var metadata: OrderedDictionary<String, String> = [:]
    guard !lexer.take(UInt8(ascii: "}")) else { return metadata }
    repeat {
      try member(&lexer, &metadata)
    } while try lexer.blaming(nil) { (lexer) throws(JSONFailure) in
      try lexer.takeComma(orClose: UInt8(ascii: "}"))
    }
    return metadata
  }

  private static func member(
    _ lexer: inout JSONLexer, _ metadata: inout OrderedDictionary<String, String>
  ) throws(HeaderFailure) {
    _ = lexer.next()
    let start = lexer.position
    let key = try lexer.blaming(nil) { (lexer) throws(JSONFailure) in
      let key = try lexer.string()
      try lexer.expect(UInt8(ascii: ":"), "a colon")
      return key
    }
    // The dictionary calls keys equal that differ only in normalization; the format does not.
    if let index = metadata.index(forKey: key) {
      let isSame = sameBytes(metadata.keys[index], key)
      throw HeaderFailure(
        at: start, isSame ? .duplicateMetadataKey(key) : .equivalentMetadataKeys(key))
    }
    guard metadata.count < limit else {
      throw HeaderFailure(at: start, .json(.tooManyKeys(limit: limit)))
    }
    guard lexer.next() == UInt8(ascii: "\"") else {
      guard lexer.next() != nil else { throw HeaderFailure(at: lexer.end, .json(.unexpectedEnd)) }
      throw HeaderFailure(at: lexer.position, .metadataNotText(key: key))
    }
    metadata[key] = try lexer.blaming(nil) { (lexer) throws(JSONFailure) in try lexer.string() }
  }
}
