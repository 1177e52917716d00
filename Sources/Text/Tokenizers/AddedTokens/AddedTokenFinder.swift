/// Finds added tokens in a text, with what their flags say.
struct AddedTokenFinder: Sendable {
  /// A part of a text: an added token, or what lies between two.
  struct Part {
    var token: AddedToken?
    var range: Range<Int>
  }

  private let tokens: [AddedToken]
  private let automaton: PatternAutomaton

  /// Tokens and what each looks like in the text; no two look alike.
  init(_ tokens: [AddedToken], written patterns: [[UInt8]]) {
    self.tokens = tokens
    automaton = PatternAutomaton(patterns)
  }

  /// The parts of `bytes` in order, covering it.
  ///
  /// They overlap only where the white space that one token takes holds another.
  func parts(of bytes: [UInt8]) -> [Part] {
    guard !tokens.isEmpty, !bytes.isEmpty else { return [Part(token: nil, range: bytes.indices)] }
    var parts: [Part] = []
    var end = 0
    var space = 0..<0
    for match in automaton.matches(in: bytes, bytes.indices) {
      let token = tokens[match.pattern]
      var (start, stop) = (match.range.lowerBound, match.range.upperBound)
      if token.isSingleWord, !isWord(bytes, match.range) { continue }
      if token.stripsLeft {
        while start > end, isSpace(bytes.scalar(before: start).value) {
          start -= bytes.scalar(before: start).length
        }
      }
      if token.stripsRight {
        if !space.contains(stop) { space = stop..<endOfSpace(bytes, from: stop) }
        stop = space.upperBound
      }
      if end < start { parts.append(Part(token: nil, range: end..<start)) }
      parts.append(Part(token: token, range: start..<stop))
      end = stop
    }
    if end != bytes.count { parts.append(Part(token: nil, range: end..<bytes.count)) }
    return parts
  }

  private func isWord(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    let words = ScalarSet.joinedWords
    if range.lowerBound > 0, words.contains(bytes.scalar(before: range.lowerBound).value) {
      return false
    }
    return range.upperBound == bytes.count
      || !words.contains(bytes.scalar(at: range.upperBound).value)
  }

  private func isSpace(_ scalar: UInt32) -> Bool { ScalarSet.whiteSpace.contains(scalar) }

  private func endOfSpace(_ bytes: [UInt8], from start: Int) -> Int {
    var place = start
    while place < bytes.count {
      let scalar = bytes.scalar(at: place)
      guard isSpace(scalar.value) else { break }
      place += scalar.length
    }
    return place
  }
}
