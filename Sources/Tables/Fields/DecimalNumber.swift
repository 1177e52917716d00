import Kernels

/// The double nearest to a decimal number, or nil when the bytes are none.
///
/// A number is `[+-] digits [. digits] [e [+-] digits]` with a digit before or after the point, for
/// which `decimal` may stand; no other spelling counts, whatever the locale. One too large comes out
/// infinite.
///
/// Up to 19 digits and a power of ten within ±27 are rounded here; the rest goes to the standard library.
func decimalNumber(
  _ bytes: Span<UInt8>, in range: Range<Int>, decimal: UInt8 = UInt8(ascii: ".")
) -> Double? {
  var scan = DecimalScan(at: range.lowerBound, end: range.upperBound, decimal: decimal)
  guard scan.parse(bytes) else { return nil }
  if scan.digits <= 19,
    let magnitude = nearestDouble(mantissa: scan.mantissa, exponent: scan.exponent)
  {
    return scan.isNegative ? -magnitude : magnitude
  }
  let text = range.map { bytes[$0] == decimal ? UInt8(ascii: ".") : bytes[$0] }
  return Double(String(decoding: text, as: UTF8.self))
}

/// One pass over a number's digits.
private struct DecimalScan {
  var at: Int
  let end: Int
  let decimal: UInt8

  var isNegative = false
  /// The digits as a whole number, right while there are at most 19 of them.
  var mantissa: UInt64 = 0
  /// Digits from the first that is not 0.
  var digits = 0
  /// The power of ten that `mantissa` is multiplied by.
  var exponent = 0

  init(at start: Int, end: Int, decimal: UInt8) {
    (at, self.end, self.decimal) = (start, end, decimal)
  }

  /// Whether all bytes form one number.
  mutating func parse(_ bytes: Span<UInt8>) -> Bool {
    isNegative = takeSign(bytes)
    let whole = takeDigits(bytes)
    var fraction = 0
    if at < end, bytes[at] == decimal {
      at += 1
      fraction = takeDigits(bytes)
      exponent -= fraction
    }
    guard whole + fraction > 0 else { return false }
    if at < end, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      guard takeExponent(bytes) else { return false }
    }
    return at == end
  }

  /// Steps over a sign; true after a minus.
  private mutating func takeSign(_ bytes: Span<UInt8>) -> Bool {
    guard at < end, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") else {
      return false
    }
    at += 1
    return bytes[at - 1] == UInt8(ascii: "-")
  }

  /// Takes digits into the mantissa, and says how many there were.
  private mutating func takeDigits(_ bytes: Span<UInt8>) -> Int {
    let start = at
    while at < end {
      let digit = bytes[at] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      if digit != 0 || digits > 0 { digits += 1 }
      at += 1
    }
    return at - start
  }

  private mutating func takeExponent(_ bytes: Span<UInt8>) -> Bool {
    let isNegative = takeSign(bytes)
    let start = at
    var value = 0
    while at < end {
      let digit = bytes[at] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      value = min(value * 10 + Int(digit), 1_000_000)
      at += 1
    }
    exponent += isNegative ? -value : value
    return at > start
  }
}
