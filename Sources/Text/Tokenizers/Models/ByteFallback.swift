/// Tokens for single bytes: `<0x00>` to `<0xFF>`.
enum ByteFallback {
  /// The id of each; nil where the vocabulary has none.
  static func tokens(of vocabulary: Vocabulary) -> [Int?] {
    (0..<256).map { vocabulary.find(name(UInt8($0))) }
  }

  /// The token of a byte, as `<0x0A>`.
  static func name(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)], UInt8(ascii: ">")]
  }

  /// The byte that a token stands for, its digits of either case; nil when it is another.
  static func byte(of token: some Collection<UInt8>) -> UInt8? {
    guard token.count == 6, token.starts(with: "<0x".utf8) else { return nil }
    let rest = Array(token.dropFirst(3))
    guard rest[2] == UInt8(ascii: ">"), let high = digit(rest[0]), let low = digit(rest[1]) else {
      return nil
    }
    return high << 4 | low
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
