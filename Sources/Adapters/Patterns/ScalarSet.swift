/// A set of characters in a regular expression.
struct ScalarSet: Sendable {
  private var ranges: [ClosedRange<Unicode.Scalar>] = []
  private var kinds: [(kind: Kind, negated: Bool)] = []
  private var isInverted = false

  private enum Kind: Sendable {
    case any
    case digit
    case word
    case space
  }

  init() {}

  init(_ scalar: Unicode.Scalar) {
    ranges = [scalar...scalar]
  }

  private init(_ kind: Kind) {
    kinds = [(kind, false)]
  }

  static let any = ScalarSet(.any)
  static let anyButNewline = ScalarSet("\n").inverted
  static let digit = ScalarSet(.digit)
  static let word = ScalarSet(.word)
  static let space = ScalarSet(.space)

  /// The only member, when the set was made from one character.
  var single: Unicode.Scalar? {
    guard kinds.isEmpty, !isInverted, ranges.count == 1, let range = ranges.first else {
      return nil
    }
    return range.lowerBound == range.upperBound ? range.lowerBound : nil
  }

  var inverted: Self {
    var result = self
    result.isInverted.toggle()
    return result
  }

  mutating func insert(_ range: ClosedRange<Unicode.Scalar>) {
    ranges.append(range)
  }

  /// Adds the members of `other`, which is a plain set or the inverse of one kind (as `\W`).
  mutating func formUnion(_ other: Self) {
    ranges += other.ranges
    kinds += other.kinds.map { ($0.kind, $0.negated != other.isInverted) }
  }

  func contains(_ scalar: Unicode.Scalar, ignoringCase: Bool) -> Bool {
    guard ignoringCase else { return contains(scalar) }
    return contains(scalar)
      || scalar.properties.lowercaseMapping.unicodeScalars.contains(where: contains)
      || scalar.properties.uppercaseMapping.unicodeScalars.contains(where: contains)
  }

  private func contains(_ scalar: Unicode.Scalar) -> Bool {
    let isMember =
      ranges.contains { $0.contains(scalar) }
      || kinds.contains { Self.isMember(scalar, of: $0.kind) != $0.negated }
    return isMember != isInverted
  }

  private static func isMember(_ scalar: Unicode.Scalar, of kind: Kind) -> Bool {
    switch kind {
    case .any: true
    case .digit: scalar.properties.generalCategory == .decimalNumber
    case .word: isWord(scalar)
    case .space: scalar.properties.isWhitespace || ("\u{1C}"..."\u{1F}").contains(scalar)
    }
  }

  /// A letter, a number or an underscore, as Python's `\w`.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber:
      true
    default:
      scalar == "_"
    }
  }
}
