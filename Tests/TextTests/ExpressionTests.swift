import Testing

@testable import Text

@Suite struct ExpressionTests {
  private func matches(_ pattern: String, _ text: String) throws -> [String] {
    let bytes = Array(text.utf8)
    var found: [String] = []
    try RegularExpression(pattern).forEachMatch(of: bytes, in: bytes.indices) {
      found.append(String(decoding: bytes[$0], as: UTF8.self))
    }
    return found
  }

  /// Checked with Oniguruma, through the `Split` of Hugging Face's tokenizers 0.23.3.
  @Test(arguments: [
    ("a|ab", "ab", ["a"]), ("ab|a", "abaa", ["ab", "a", "a"]), ("a{2,3}", "aaaaa", ["aaa", "aa"]),
    ("a{,2}b", "aaab", ["aab"]), ("a+?b?", "aab", ["a", "ab"]), ("a++ab?", "aaab", []),
    (#"\s+(?!\S)"#, "a  b ", [" ", " "]), (#"\d+(?=px)"#, "12px 3em", ["12"]),
    ("(?i:'s|k)", "'S'\u{17F}k\u{212A}", ["'S", "'\u{17F}", "k", "\u{212A}"]),
    (#"[^\r\n\p{L}\p{N}]?\p{L}+"#, "a, b!c", ["a", " b", "!c"]),
    (#"[a-c&&[^b]]+"#, "abcca", ["a", "cca"]), (#"[(\s|[.,])]+"#, "a(., )b", ["(., )"]),
    (#"\p{^L}+"#, "ab12c", ["12"]), (#"[\x41-\u0043\-]+"#, "AB-CD", ["AB-C"]),
    ("x*", "axb", ["", "x", ""]), (#"\w+"#, "a²_½ⅷ①Ⓐ", ["a²_½ⅷ", "Ⓐ"]),
    (#"[\w]+"#, "a²_½ⅷ", ["a", "_", "ⅷ"]), (".+", "a\nb", ["a", "b"]),
  ])
  func `patterns find what Oniguruma finds`(
    _ pattern: String, _ text: String, _ expected: [String]
  ) throws {
    #expect(try matches(pattern, text) == expected)
  }

  @Test(arguments: [
    ("(", "not closed"), ("a\\", "ends in"), ("a)", "too many"), ("[a", "not closed"),
    ("[]", "empty"),
    ("*a", "repeats nothing"), ("a{3,2}", "out of order"), (#"\b"#, #""\b" is not supported"#),
    (#"(?<=a)b"#, "group of this kind"), (#"(a)\1"#, #""\1" is not supported"#),
    (#"\p{Han}"#, #""\p{Han}" is not supported"#), ("^a", "anchor"), ("(a*)*", "may be empty"),
    ("(?i:ss)", "without case"), ("[[:alpha:]]", "POSIX"), ("a{99999}", "too large"),
    (String(repeating: "(", count: 40), "nested"), ("((a{99}){99}){99}", "too large"),
  ])
  func `what is not known is refused by name`(_ pattern: String, _ words: String) {
    let problem = #expect(throws: ExpressionProblem.self) { try RegularExpression(pattern) }
    #expect(problem?.description.contains(words) == true, "\(problem?.description ?? "")")
  }

  @Test(arguments: ["(a|a)+b", "(?:a+)+b", "a+b|a", "(?:a|ab|abc)+d", "(?=(?:a+)+b)a", "a*?a*?b"])
  func `tedious patterns end in time that is linear in the text`(_ pattern: String) throws {
    _ = try matches(pattern, String(repeating: "a", count: 20_000) + "c")
  }

  private static let alphabet: [String] = [
    "a", "B", "s", "S", "'", "ll", "re", " ", "  ", "\n", "\r\n", "\t", "1", "23", "4567", "é", "ſ",
    "中", "ア", "ǅ", "ʰ", "\u{301}", "²", "Ⅷ", "!", "/", "_", "$", "€", "\u{A0}", "\u{200D}", "😀",
    "\u{0}", "\u{10FFFF}", "ʕ",
  ]

  @Test(arguments: KnownShape.patterns.map(\.pattern))
  func `shapes matched by hand match as their patterns do`(_ pattern: String) throws {
    let shape = try #require(KnownShape(pattern: pattern))
    let expression = try RegularExpression(pattern)
    for _ in 0..<400 {
      let text = (0..<24).compactMap { _ in Self.alphabet.randomElement() }.joined()
      let bytes = Array(text.utf8)
      var (byHand, byPattern): ([Range<Int>], [Range<Int>]) = ([], [])
      shape.forEachMatch(of: bytes, in: bytes.indices) { byHand.append($0) }
      expression.forEachMatch(of: bytes, in: bytes.indices) { byPattern.append($0) }
      #expect(byHand == byPattern, "\(text.debugDescription)")
    }
  }
}
