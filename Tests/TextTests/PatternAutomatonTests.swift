import Testing

@testable import Text

@Suite struct PatternAutomatonTests {
  /// At each place the longest pattern, none in another: by trying all.
  private func found(_ patterns: [String], _ text: String) -> [Range<Int>] {
    let (bytes, patterns) = (Array(text.utf8), patterns.map { Array($0.utf8) })
    var (ranges, place): ([Range<Int>], Int) = ([], 0)
    while place < bytes.count {
      let length = patterns.filter { bytes[place...].starts(with: $0) }.map(\.count).max() ?? 0
      if length > 0 { ranges.append(place..<place + length) }
      place += max(length, 1)
    }
    return ranges
  }

  @Test func `the longest pattern at each place is found, as by trying all`() {
    for _ in 0..<500 {
      let patterns = Array(
        Set((0..<6).map { _ in random(1 + Int.random(in: 0..<4)) }))
      let text = random(40)
      let bytes = Array(text.utf8)
      let matches = PatternAutomaton(patterns.map { Array($0.utf8) })
        .matches(in: bytes, bytes.indices)
      #expect(matches.map(\.range) == found(patterns, text), "\(patterns) in \(text)")
      for match in matches {
        #expect(bytes[match.range].elementsEqual(patterns[match.pattern].utf8))
      }
    }
  }

  private func random(_ count: Int) -> String {
    (0..<count).map { _ in ["a", "b", "ab", "c"].randomElement() ?? "" }.joined()
  }

  @Test func `a long pattern that never ends costs no more than the text`() {
    let pattern = [UInt8](repeating: 97, count: 100_000) + [98]
    let text = [UInt8](repeating: 97, count: 1_000_000)
    #expect(PatternAutomaton([pattern, [97, 97, 98]]).matches(in: text, text.indices).isEmpty)
  }
}
