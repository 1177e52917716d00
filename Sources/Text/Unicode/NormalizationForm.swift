/// The normalization forms of Unicode 12.1 that tokenizers use.
///
/// Source: <https://www.unicode.org/reports/tr15/>
enum NormalizationForm: UInt8, CaseIterable, Sendable {
  /// NFC.
  case composed
  /// NFD.
  case decomposed
  /// NFKC.
  case compatibilityComposed

  /// Whether nothing in front of `scalar` has to do with it: a sequence can be cut there.
  func isBoundary(_ scalar: UInt32) -> Bool { flags(scalar) & Self.boundaryFlag != 0 }

  /// Whether `scalar` stays what it is, between two boundaries.
  func isStable(_ scalar: UInt32) -> Bool { flags(scalar) & Self.stableFlag != 0 }

  /// What a sequence between two boundaries becomes.
  func normalized(_ scalars: [UInt32]) -> [UInt32] {
    var parts: [UInt32] = []
    for scalar in scalars { parts += decomposition(scalar) ?? [scalar] }
    Self.order(&parts)
    return self == .decomposed ? parts : Self.composed(parts)
  }

  /// What `scalar` falls apart into; nil when it does not.
  private func decomposition(_ scalar: UInt32) -> [UInt32]? {
    if CanonicalMappings.Hangul.syllables.contains(scalar) {
      return CanonicalMappings.Hangul.decomposition(scalar)
    }
    if self == .compatibilityComposed, let parts = CompatibilityMappings.table[scalar] {
      return parts
    }
    return CanonicalMappings.decompositions[scalar]
  }

  /// Sorts every run of combining scalars by class; those of one class keep their order.
  private static func order(_ scalars: inout [UInt32]) {
    var keys: [UInt64] = []
    var start = 0
    for place in 0...scalars.count {
      let combining =
        place < scalars.count ? CanonicalMappings.combiningClass(scalars[place]) : 0
      guard combining == 0 else {
        keys.append(UInt64(combining) << 32 | UInt64(place - start))
        continue
      }
      if keys.count > 1 {
        let run = Array(scalars[start..<place])
        for (offset, key) in keys.sorted().enumerated() {
          scalars[start + offset] = run[Int(key & 0xFFFF_FFFF)]
        }
      }
      keys.removeAll(keepingCapacity: true)
      start = place + 1
    }
  }

  /// Puts together what composes, in a sequence in order.
  private static func composed(_ scalars: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    var starter: Int?
    var last: UInt8 = 0
    for scalar in scalars {
      let combining = CanonicalMappings.combiningClass(scalar)
      if let place = starter, place == result.count - 1 || last != 0 && last < combining,
        let composition = CanonicalMappings.composition(result[place], scalar)
      {
        result[place] = composition
        continue
      }
      if combining == 0 { starter = result.count }
      last = combining
      result.append(scalar)
    }
    return result
  }

  private static let boundaryFlag: UInt8 = 1
  private static let stableFlag: UInt8 = 2

  @inline(__always)
  private func flags(_ scalar: UInt32) -> UInt8 {
    guard scalar < 0x10000 else { return computedFlags(scalar) }
    return switch self {
    case .composed: Self.composedPlane[Int(scalar)]
    case .decomposed: Self.decomposedPlane[Int(scalar)]
    case .compatibilityComposed: Self.compatibilityPlane[Int(scalar)]
    }
  }

  private static let composedPlane = plane(.composed)
  private static let decomposedPlane = plane(.decomposed)
  private static let compatibilityPlane = plane(.compatibilityComposed)

  private static func plane(_ form: Self) -> [UInt8] {
    (0..<0x10000).map { form.computedFlags($0) }
  }

  private func computedFlags(_ scalar: UInt32) -> UInt8 {
    let first = decomposition(scalar)?[0] ?? scalar
    let isSecond =
      CanonicalMappings.seconds.contains(first) || CanonicalMappings.Hangul.vowels.contains(first)
      || CanonicalMappings.Hangul.trails.contains(first)
    let isBoundary = !isSecond && CanonicalMappings.combiningClass(first) == 0
    let isStable = normalized([scalar]) == [scalar]
    return (isBoundary ? Self.boundaryFlag : 0) | (isStable ? Self.stableFlag : 0)
  }
}
