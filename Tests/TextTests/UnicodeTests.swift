import Foundation
import Testing

@testable import Text

@Suite struct UnicodeTests {
  private static let scalars = (UInt32(0)...0x10FFFF).compactMap { Unicode.Scalar($0) }

  @Test func `scalars with canonical mappings are all in the ranges that are looked through`() {
    for scalar in Self.scalars where scalar.isKnown(to: 12, 1) {
      let isListed = CanonicalMappings.ranges.contains { $0.contains(scalar.value) }
      guard !isListed, !CanonicalMappings.Hangul.syllables.contains(scalar.value) else { continue }
      let parts = String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars
      #expect(parts.elementsEqual([scalar]), "\(scalar.value)")
    }
  }

  /// Three that count as beginnings and fall apart into marks only: Foundation leaves these where they
  /// are, against the standard.
  private static let startingMarks: Set<UInt32> = [0xF73, 0xF75, 0xF81]

  @Test(arguments: NormalizationForm.allCases)
  func `marks of what falls apart into marks are sorted in`(_ form: NormalizationForm) {
    // As Python's unicodedata and Hugging Face's tokenizers have it.
    #expect(form.normalized([0x5B3E, 0x353, 0xF75]) == [0x5B3E, 0xF71, 0xF74, 0x353])
    #expect(form.normalized([0xF73, 0x358]) == [0xF71, 0xF72, 0x358])
    #expect(!form.isBoundary(0xF73))
  }

  /// Foundation's tables are newer: what they add is left out.
  @Test(arguments: NormalizationForm.allCases)
  func `forms are those of another library`(_ form: NormalizationForm) {
    let known = Self.scalars.filter { $0.isKnown(to: 12, 1) && $0.properties.isAssignedCharacter }
    var generator = SystemRandomNumberGenerator()
    let mixing = known.filter {
      !Self.startingMarks.contains($0.value)
        && (!form.isStable($0.value) || !form.isBoundary($0.value))
    }
    for round in 0..<6000 {
      let text: [Unicode.Scalar] =
        round < mixing.count
        ? [mixing[round]] : (0..<6).compactMap { _ in mixing.randomElement(using: &generator) }
      let expected = Self.normalized(text, form)
      #expect(
        form.normalized(text.map(\.value)) == expected.unicodeScalars.map(\.value),
        "\(text.map { String($0.value, radix: 16) })")
    }
  }

  /// What the definition (UAX 15) makes of a text.
  ///
  /// Each scalar alone is taken apart by the other library, marks are sorted by their class, and that
  /// library composes what is in order. Of a whole text it leaves marks of a compatibility mapping
  /// before those of a lower class that follow, against the standard.
  private static func normalized(
    _ text: [Unicode.Scalar], _ form: NormalizationForm
  ) -> String {
    var sorted: [Unicode.Scalar] = []
    for scalar in text {
      let alone = String(scalar)
      let parts =
        form == .compatibilityComposed
        ? alone.decomposedStringWithCompatibilityMapping
        : alone.decomposedStringWithCanonicalMapping
      for part in parts.unicodeScalars {
        let order = part.properties.canonicalCombiningClass.rawValue
        var place = sorted.endIndex
        while order > 0, place > 0,
          sorted[place - 1].properties.canonicalCombiningClass.rawValue > order
        {
          place -= 1
        }
        sorted.insert(part, at: place)
      }
    }
    let string = String(String.UnicodeScalarView(sorted))
    return form == .decomposed ? string : string.precomposedStringWithCanonicalMapping
  }

  @Test func `bytes in any parts are repaired as all at once`() {
    let alphabet: [UInt8] = [
      0x41, 0xC3, 0xA9, 0xE2, 0x96, 0x81, 0xF0, 0x9F, 0x98, 0x80, 0xED, 0xFF,
    ]
    for _ in 0..<2000 {
      let bytes = (0..<12).compactMap { _ in alphabet.randomElement() }
      var repair = UTF8Repair()
      var result: [UInt8] = []
      for byte in bytes { result += repair.add([byte]) }
      result += repair.finish()
      #expect(result == Array(String(decoding: bytes, as: UTF8.self).utf8), "\(bytes)")
    }
  }

  @Test(arguments: [("", ""), ("QQ==", "A"), ("QUI=", "AB"), ("QUJD", "ABC")])
  func `Base64 is read`(_ text: String, _ expected: String) {
    #expect(Base64.decoded(text) == Array(expected.utf8))
  }

  @Test(arguments: ["Q", "QQ=A", "QQ", "Q?==", "====="])
  func `what is no Base64 is refused`(_ text: String) {
    #expect(Base64.decoded(text) == nil)
  }
}

extension Unicode.Scalar.Properties {
  fileprivate var isAssignedCharacter: Bool { generalCategory != .unassigned }
}
