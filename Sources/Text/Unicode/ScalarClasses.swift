/// Classes of Unicode scalars: the general categories of Unicode 16, two of them split so that white
/// space and word characters are sums of classes too.
///
/// The tables are the standard library's, which knows Unicode 17, without what is newer than 16: the
/// version that the regular expressions of Hugging Face's tokenizers know (Oniguruma 6.9.10).
package struct ScalarClasses: OptionSet, Sendable, Hashable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  private init(bit: UInt32) { rawValue = 1 << bit }

  package static let uppercaseLetter = Self(bit: 0)
  package static let lowercaseLetter = Self(bit: 1)
  package static let titlecaseLetter = Self(bit: 2)
  package static let modifierLetter = Self(bit: 3)
  package static let otherLetter = Self(bit: 4)
  package static let nonspacingMark = Self(bit: 5)
  package static let spacingMark = Self(bit: 6)
  package static let enclosingMark = Self(bit: 7)
  package static let decimalNumber = Self(bit: 8)
  package static let letterNumber = Self(bit: 9)
  package static let otherNumber = Self(bit: 10)
  package static let connectorPunctuation = Self(bit: 11)
  package static let dashPunctuation = Self(bit: 12)
  package static let openPunctuation = Self(bit: 13)
  package static let closePunctuation = Self(bit: 14)
  package static let initialPunctuation = Self(bit: 15)
  package static let finalPunctuation = Self(bit: 16)
  package static let otherPunctuation = Self(bit: 17)
  package static let mathSymbol = Self(bit: 18)
  package static let currencySymbol = Self(bit: 19)
  package static let modifierSymbol = Self(bit: 20)
  /// Symbols that are not alphabetic.
  package static let otherSymbol = Self(bit: 21)
  /// The alphabetic ones among the other symbols, as Ⓐ.
  package static let alphabeticSymbol = Self(bit: 22)
  package static let spaceSeparator = Self(bit: 23)
  package static let lineSeparator = Self(bit: 24)
  package static let paragraphSeparator = Self(bit: 25)
  /// Control characters that are no white space.
  package static let control = Self(bit: 26)
  /// Control characters that are white space, as the tabulator.
  package static let controlSpace = Self(bit: 27)
  package static let format = Self(bit: 28)
  package static let privateUse = Self(bit: 29)
  package static let unassigned = Self(bit: 30)

  package static let letters: Self = [
    .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
  ]
  package static let marks: Self = [.nonspacingMark, .spacingMark, .enclosingMark]
  package static let numbers: Self = [.decimalNumber, .letterNumber, .otherNumber]
  package static let punctuation: Self = [
    .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
    .initialPunctuation, .finalPunctuation, .otherPunctuation,
  ]
  package static let symbols: Self = [
    .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol, .alphabeticSymbol,
  ]
  package static let separators: Self = [.spaceSeparator, .lineSeparator, .paragraphSeparator]
  package static let others: Self = [.control, .controlSpace, .format, .privateUse, .unassigned]
  package static let whiteSpace: Self = [.separators, .controlSpace]
  /// Alphabetic characters, marks, decimal numbers and connectors.
  package static let words: Self = [
    .letters, .marks, .decimalNumber, .letterNumber, .connectorPunctuation, .alphabeticSymbol,
  ]
  package static let all = Self(rawValue: 0x7FFF_FFFF)

  /// The one class that `scalar` has.
  package static func of(_ scalar: UInt32) -> Self {
    Self(bit: UInt32(scalar < 0x10000 ? plane[Int(scalar)] : index(of: scalar)))
  }

  /// The number of the bit of the class, for every scalar of the first plane.
  static let plane: [UInt8] = (0..<0x10000).map { index(of: $0) }

  private static func index(of value: UInt32) -> UInt8 {
    // U+0295 was a lower-case letter until Unicode 17 made it one without case.
    guard value != 0x295 else { return 1 }
    guard let scalar = Unicode.Scalar(value), isAssigned(scalar) else { return 30 }
    let properties = scalar.properties
    return switch properties.generalCategory {
    case .uppercaseLetter: 0
    case .lowercaseLetter: 1
    case .titlecaseLetter: 2
    case .modifierLetter: 3
    case .otherLetter: 4
    case .nonspacingMark: 5
    case .spacingMark: 6
    case .enclosingMark: 7
    case .decimalNumber: 8
    case .letterNumber: 9
    case .otherNumber: 10
    case .connectorPunctuation: 11
    case .dashPunctuation: 12
    case .openPunctuation: 13
    case .closePunctuation: 14
    case .initialPunctuation: 15
    case .finalPunctuation: 16
    case .otherPunctuation: 17
    case .mathSymbol: 18
    case .currencySymbol: 19
    case .modifierSymbol: 20
    case .otherSymbol: properties.isAlphabetic ? 22 : 21
    case .spaceSeparator: 23
    case .lineSeparator: 24
    case .paragraphSeparator: 25
    case .control: properties.isWhitespace ? 27 : 26
    case .format: 28
    case .privateUse: 29
    default: 30
    }
  }

  /// Whether Unicode 16 has the scalar.
  private static func isAssigned(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII || scalar.isKnown(to: 16)
  }
}

extension Unicode.Scalar {
  /// Whether a version of Unicode, with the minor version given, has this scalar.
  func isKnown(to major: Int, _ minor: Int = 0) -> Bool {
    guard let age = properties.age else { return false }
    return age.major < major || age.major == major && age.minor <= minor
  }
}
