/// Checks a text in pieces: strict UTF-8 (no overlong forms, no surrogates), and no NUL.
struct UTF8Validator {
  /// Bytes of the file that were found valid.
  private var offset = 0

  enum Finding: Equatable {
    /// So many bytes from the front are whole, valid characters.
    case valid(Int)
    /// The byte of the file, from 0, where a character goes wrong.
    case invalid(byte: Int)
    case nul(byte: Int)
  }

  /// Counts bytes that are known to be whole, valid characters.
  mutating func pass(_ count: Int) { offset += count }

  /// Checks the next bytes; a character cut at their end waits for the rest unless `isLast`.
  mutating func advance(over bytes: Span<UInt8>, isLast: Bool) -> Finding {
    let whole = isLast ? bytes.count : bytes.count - cutTail(of: bytes)
    let text = bytes.extracting(first: whole)
    do {
      _ = try UTF8Span(validating: text)
    } catch {
      return .invalid(byte: offset + error.byteOffsets.lowerBound)
    }
    // A minimum over all is one vector instruction for many bytes; a search would look at each.
    var smallest = UInt8.max
    for index in text.indices { smallest = min(smallest, text[index]) }
    if smallest == 0, let index = text.indices.first(where: { text[$0] == 0 }) {
      return .nul(byte: offset + index)
    }
    offset += whole
    return .valid(whole)
  }

  /// How many bytes at the end begin a character that needs more than are there.
  private func cutTail(of bytes: Span<UInt8>) -> Int {
    for back in 1..<4 where back <= bytes.count {
      let byte = bytes[bytes.count - back]
      if byte & 0xC0 == 0x80 { continue }
      let needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return needed > back ? back : 0
    }
    return 0
  }
}
