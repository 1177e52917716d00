@_spi(_Unicode) import Swift

/// How scalars fall apart and come together: the canonical mappings of Unicode 12.1.
///
/// They are the standard library's, without what is newer: the version of the crate
/// `unicode-normalization-alignments`, by which Hugging Face's tokenizers normalize.
enum CanonicalMappings {
  /// Where all scalars with mappings are, Hangul aside.
  static let ranges: [ClosedRange<UInt32>] = [
    0xC0...0x30FF, 0xF900...0xFB4F, 0x11000...0x11FFF, 0x1D100...0x1D1FF, 0x2F800...0x2FA1F,
  ]

  /// Scalars and what they fall apart into, all the way down.
  static let decompositions: [UInt32: [UInt32]] = {
    var table: [UInt32: [UInt32]] = [:]
    for value in ranges.joined() {
      guard let scalar = Unicode.Scalar(value), scalar.isKnown(to: 12, 1) else { continue }
      let parts = String(scalar)._nfd.map(\.value)
      if parts != [value] { table[value] = parts }
    }
    return table
  }()

  /// Pairs of scalars, the first in the upper half, and what they compose.
  static let compositions: [UInt64: UInt32] = {
    var table: [UInt64: UInt32] = [:]
    for (value, parts) in decompositions where parts.count > 1 {
      guard let scalar = Unicode.Scalar(value), Array(String(scalar)._nfc) == [scalar] else {
        continue
      }
      let front = parts.dropLast().compactMap { Unicode.Scalar($0) }
      let composed = Array(String(String.UnicodeScalarView(front))._nfc)
      guard composed.count == 1 else { continue }
      table[UInt64(composed[0].value) << 32 | UInt64(parts[parts.count - 1])] = value
    }
    return table
  }()

  /// Scalars that compose with one in front of them, Hangul aside.
  static let seconds = Set(compositions.keys.map { UInt32(truncatingIfNeeded: $0) })

  /// The canonical combining class; 0 for a scalar that begins a sequence.
  static func combiningClass(_ value: UInt32) -> UInt8 {
    guard value >= 0x300, let scalar = Unicode.Scalar(value) else { return 0 }
    let combining = scalar.properties.canonicalCombiningClass.rawValue
    return combining != 0 && scalar.isKnown(to: 12, 1) ? combining : 0
  }

  /// What two scalars compose; nil when they do not.
  static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if Hangul.leads.contains(first), Hangul.vowels.contains(second) {
      let syllable = (first - Hangul.leads.lowerBound) * 21 + second - Hangul.vowels.lowerBound
      return Hangul.syllables.lowerBound + syllable * 28
    }
    if Hangul.syllables.contains(first), Hangul.trails.contains(second),
      (first - Hangul.syllables.lowerBound) % 28 == 0
    {
      return first + second - Hangul.trails.lowerBound + 1
    }
    return compositions[UInt64(first) << 32 | UInt64(second)]
  }

  /// Korean syllables, which are computed (The Unicode Standard, 3.12).
  enum Hangul {
    static let syllables: ClosedRange<UInt32> = 0xAC00...0xD7A3
    static let leads: ClosedRange<UInt32> = 0x1100...0x1112
    static let vowels: ClosedRange<UInt32> = 0x1161...0x1175
    static let trails: ClosedRange<UInt32> = 0x11A8...0x11C2

    static func decomposition(_ syllable: UInt32) -> [UInt32] {
      let index = syllable - syllables.lowerBound
      let parts = [leads.lowerBound + index / 588, vowels.lowerBound + index % 588 / 28]
      return index % 28 == 0 ? parts : parts + [trails.lowerBound + index % 28 - 1]
    }
  }
}
