/// A set of Unicode scalars, as a character class of a regular expression writes it.
package struct ScalarSet: Sendable {
  /// What the set is made of.
  private indirect enum Rule: Sendable {
    case classes(ScalarClasses)
    case range(ClosedRange<UInt32>)
    case union([Rule])
    case intersection(Rule, Rule)
    case complement(Rule)
  }

  private let rule: Rule
  /// The answer for each of the first 128 scalars: a bit each.
  private let ascii: (UInt64, UInt64)

  private init(_ rule: Rule) {
    self.rule = rule
    var bits: [UInt64] = [0, 0]
    for value in UInt32(0)..<128 where Self.contains(value, rule) {
      bits[Int(value >> 6)] |= 1 << UInt64(value & 63)
    }
    ascii = (bits[0], bits[1])
  }

  package init(_ classes: ScalarClasses) { self.init(.classes(classes)) }

  package init(_ range: ClosedRange<UInt32>) { self.init(.range(range)) }

  package init(_ scalars: [Unicode.Scalar]) {
    self.init(.union(scalars.map { .range($0.value...$0.value) }))
  }

  package init(union sets: [ScalarSet]) { self.init(.union(sets.map(\.rule))) }

  package var complement: ScalarSet { ScalarSet(.complement(rule)) }

  package func intersection(_ other: ScalarSet) -> ScalarSet {
    ScalarSet(.intersection(rule, other.rule))
  }

  package func contains(_ scalar: UInt32) -> Bool {
    guard scalar >= 128 else {
      return (scalar < 64 ? ascii.0 : ascii.1) >> UInt64(scalar & 63) & 1 == 1
    }
    return Self.contains(scalar, rule)
  }

  private static func contains(_ scalar: UInt32, _ rule: Rule) -> Bool {
    switch rule {
    case .classes(let classes): !classes.isDisjoint(with: .of(scalar))
    case .range(let range): range.contains(scalar)
    case .union(let rules): rules.contains { contains(scalar, $0) }
    case .intersection(let left, let right): contains(scalar, left) && contains(scalar, right)
    case .complement(let rule): !contains(scalar, rule)
    }
  }
}

extension ScalarSet {
  /// `\s`: white space.
  package static let whiteSpace = ScalarSet(.whiteSpace)
  /// `\d`: decimal numbers.
  package static let digits = ScalarSet(.decimalNumber)
  /// `\w` as Oniguruma has it outside of brackets: word characters, and the numbers of Latin-1 above
  /// ASCII.
  package static let words = ScalarSet(
    union: [
      ScalarSet(.words), ScalarSet(["\u{B2}", "\u{B3}", "\u{B9}", "\u{BC}", "\u{BD}", "\u{BE}"]),
    ])
  /// `\h`: hexadecimal digits.
  package static let hexadecimalDigits = ScalarSet(
    union: [ScalarSet(0x30...0x39), ScalarSet(0x41...0x46), ScalarSet(0x61...0x66)])
  /// `.`: all but the line feed.
  package static let allButLineFeed = ScalarSet(["\n"]).complement
  /// `\w` of Rust's regular expressions: word characters, and the two that join.
  package static let joinedWords = ScalarSet(
    union: [ScalarSet(.words), ScalarSet(["\u{200C}", "\u{200D}"])])
}
