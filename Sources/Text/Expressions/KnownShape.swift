/// The regular expressions that most models split text with, matched by hand.
///
/// Each is what `RegularExpression` makes of the same pattern, and faster.
enum KnownShape: Equatable, Sendable {
  /// GPT-2's, which `ByteLevel` splits with too.
  case gpt2
  /// cl100k's as Llama 3 and Qwen 2 write it: numbers in groups of up to so many.
  case cl100k(digits: Int)
  /// o200k's: words by case.
  case o200k
  /// DeepSeek's three.
  case numbers
  case ideographs
  case deepSeek

  init?(pattern: String) {
    guard let shape = Self.patterns.first(where: { $0.pattern == pattern })?.shape else {
      return nil
    }
    self = shape
  }

  /// The patterns and their shapes.
  static let patterns: [(pattern: String, shape: KnownShape)] = [
    (gpt2Pattern, .gpt2),
    (cl100kPattern(#"\p{N}{1,3}"#), .cl100k(digits: 3)),
    (cl100kPattern(#"\p{N}"#), .cl100k(digits: 1)),
    (o200kPattern, .o200k),
    (#"\p{N}{1,3}"#, .numbers),
    ("[一-龥\u{3040}-ゟ゠-ヿ]+", .ideographs),
    (deepSeekPattern, .deepSeek),
  ]

  private static let gpt2Pattern =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  private static func cl100kPattern(_ numbers: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + numbers
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  private static let o200kPattern =
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
    + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
    + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
    + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
    + #"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  private static let deepSeekPattern =
    ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|"##
    + "[^\r\n" + #"\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+"# + "[\r\n]*|"
    + #"\s*[\r\n]+|\s+(?!\S)|\s+"#

  /// Calls `body` with every match in `range` of `bytes`, from left to right.
  func forEachMatch(of bytes: [UInt8], in range: Range<Int>, _ body: (Range<Int>) -> Void) {
    let text = ClassifiedText(bytes, end: range.upperBound)
    var place = range.lowerBound
    while place < range.upperBound {
      let end =
        switch self {
        case .gpt2: text.gpt2(place)
        case .cl100k(let digits): text.cl100k(place, digits: digits)
        case .o200k: text.o200k(place)
        case .numbers: text.numbers(place, upTo: 3)
        case .ideographs: text.ideographs(place)
        case .deepSeek: text.deepSeek(place)
        }
      if end > place {
        body(place..<end)
        place = end
      } else {
        place = text.past(place)
        if self == .numbers { place = text.skipLetters(place) }
        if self == .ideographs { place = text.skipLow(place) }
      }
    }
  }
}
