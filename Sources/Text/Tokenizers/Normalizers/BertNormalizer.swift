/// `BertNormalizer`: cleans, sets ideographs apart, removes accents, lowers.
///
/// What is a control character, a mark and so on is what the tables of the crate
/// `unicode_categories` say, which stop at Unicode 8.
struct BertNormalizer: Normalizer {
  let cleans: Bool
  let separatesIdeographs: Bool
  let stripsAccents: Bool
  let lowers: Bool

  init(_ part: TokenizerPart) throws(TokenizerError) {
    cleans = try part.flag("clean_text")
    separatesIdeographs = try part.flag("handle_chinese_chars")
    lowers = try part.flag("lowercase")
    stripsAccents = try part.flag("strip_accents", or: lowers)
  }

  func normalize(_ text: inout AlignedText) {
    if cleans { text.mapScalars(Self.cleaned) }
    if separatesIdeographs {
      text.mapScalars { Self.isIdeograph($0) ? [0x20, $0, 0x20] : nil }
    }
    if stripsAccents {
      FormNormalizer(form: .decomposed).normalize(&text)
      text.mapScalars { BertTables.isNonspacingMark($0) ? [] : nil }
    }
    if lowers { text.mapScalars { LowercaseNormalizer.lowered($0) } }
  }

  private static func cleaned(_ scalar: UInt32) -> [UInt32]? {
    if scalar >= 0x20, scalar < 0x7F { return nil }
    if BertTables.isRemoved(scalar) { return [] }
    return ScalarSet.whiteSpace.contains(scalar) ? [0x20] : nil
  }

  private static func isIdeograph(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B81F,
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}

/// Sets of scalars as the crate `unicode_categories` has them, where later versions differ.
enum BertTables {
  /// Control, format and private characters, and the two that stand for what cannot be read.
  static func isRemoved(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x09, 0x0A, 0x0D: return false
    case 0, 0xFFFD: return true
    default:
      let classes: ScalarClasses = [.control, .controlSpace, .format, .privateUse]
      return !classes.isDisjoint(with: .of(scalar)) && isKnown(scalar, to: 7)
    }
  }

  static func isNonspacingMark(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x1734, 0x1171E: true
    case 0x1885, 0x1886, 0xA9BD, 0x111C9: false
    default: ScalarClasses.of(scalar) == .nonspacingMark && isKnown(scalar, to: 8)
    }
  }

  /// Punctuation, and the symbols of ASCII.
  static func isPunctuation(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E, 0x166D, 0x111C9: true
    case 0..<0x80: false
    default:
      !ScalarClasses.punctuation.isDisjoint(with: .of(scalar)) && isKnown(scalar, to: 8)
    }
  }

  private static func isKnown(_ scalar: UInt32, to version: Int) -> Bool {
    Unicode.Scalar(scalar)?.isKnown(to: version) ?? false
  }
}
