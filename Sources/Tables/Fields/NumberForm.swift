/// How a table spells numbers, and what it writes where one is missing.
package struct NumberForm: Sendable, Equatable {
  /// What stands between the thousands.
  package enum Grouping: Sendable, Equatable {
    case byte(UInt8)
    /// A blank of any width, as in `1 234`.
    case blank
  }

  /// The decimal mark.
  package var decimal = UInt8(ascii: ".")
  /// Nil where thousands stand together.
  package var thousands: Grouping?
  /// Words that mean a missing value besides the usual ones, in any column.
  package var missing: Set<String> = []

  package init() {}

  /// Whether one of the words for a missing value is a number or a truth value.
  var missingLooksLikeValue: Bool {
    missing.contains { number($0) != nil || truthValue(of: $0) != nil }
  }

  /// Whether a number's field says that its value is missing.
  func isMissing(_ text: String) -> Bool { isMissingWord(text) || missing.contains(text) }

  /// The number that a field is.
  func number(_ bytes: Span<UInt8>, in range: Range<Int>) -> Double? {
    if let number = decimalNumber(bytes, in: range, decimal: decimal) { return number }
    // Other spellings have thousands apart, or begin with a character beyond ASCII.
    guard thousands != nil || !range.isEmpty && bytes[range.lowerBound] >= 0x80 else { return nil }
    return number(String(decoding: range.map { bytes[$0] }, as: UTF8.self))
  }

  /// The number that `text` is: also with thousands apart, where that was said, or a typographer's
  /// minus.
  func number(_ text: String) -> Double? {
    var scalars = Array(text.unicodeScalars)
    if scalars.first == "\u{2212}" { scalars[0] = "-" }
    if thousands != nil {
      guard let plain = joined(scalars) else { return nil }
      scalars = plain
    }
    var plain = String.UnicodeScalarView()
    plain.append(contentsOf: scalars)
    let bytes = Array(String(plain).utf8)
    return decimalNumber(bytes.span, in: 0..<bytes.count, decimal: decimal)
  }

  /// The number with its thousands together; nil unless they stand in threes.
  private func joined(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar]? {
    let sign = scalars.prefix { $0 == "-" || $0 == "+" }
    let rest = scalars.dropFirst(sign.count)
    let whole = rest.prefix { $0.value != UInt32(decimal) }
    let groups = whole.split(omittingEmptySubsequences: false, whereSeparator: separates)
    guard groups.count > 1 else { return scalars }
    guard (1...3).contains(groups[0].count), groups.dropFirst().allSatisfy({ $0.count == 3 }),
      groups.joined().allSatisfy({ ("0"..."9").contains($0) })
    else { return nil }
    return Array(sign) + groups.joined() + Array(rest.dropFirst(whole.count))
  }

  private func separates(_ scalar: Unicode.Scalar) -> Bool {
    switch thousands {
    case .byte(let byte): scalar.value == UInt32(byte)
    case .blank: isBlank(scalar)
    case nil: false
    }
  }
}

/// A space, or one that does not break or is narrow.
func isBlank(_ scalar: Unicode.Scalar) -> Bool {
  ["\u{20}", "\u{A0}", "\u{2009}", "\u{202F}"].contains(scalar)
}
