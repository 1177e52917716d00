/// A whole number of any length, equal to another however the two are spelt.
struct WholeNumber: Hashable, Comparable {
  private let isNegative: Bool
  /// Without leading zeros; none for 0.
  private let digits: [UInt8]

  /// Reads `[+-] digits [. zeros]`, with a digit somewhere; nil for any other text.
  init?(_ text: String) {
    var rest = Substring(text).utf8
    let sign = rest.first
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
    let whole = rest.prefix { (0x30...0x39).contains($0) }
    rest = rest[whole.endIndex...]
    var zeros = 0
    if rest.first == UInt8(ascii: ".") {
      zeros = rest.dropFirst().count
      guard rest.dropFirst().allSatisfy({ $0 == 0x30 }) else { return nil }
    } else if !rest.isEmpty {
      return nil
    }
    guard whole.count + zeros > 0 else { return nil }
    digits = Array(whole.drop { $0 == 0x30 })
    isNegative = sign == UInt8(ascii: "-") && !digits.isEmpty
  }

  /// What a class of this number is called when a table spells it `text`: zeros in front are a code's
  /// and stay, a plus or zeros behind the point are a writer's habit.
  func name(_ text: String) -> String {
    let body = text.drop { $0 == "+" || $0 == "-" }.prefix { $0 != "." }
    return (isNegative ? "-" : "") + (body.isEmpty ? "0" : body)
  }

  static func < (left: WholeNumber, right: WholeNumber) -> Bool {
    if left.isNegative != right.isNegative { return left.isNegative }
    let (low, high) = left.isNegative ? (right, left) : (left, right)
    if low.digits.count != high.digits.count { return low.digits.count < high.digits.count }
    return low.digits.lexicographicallyPrecedes(high.digits)
  }
}
