/// Changes a text before it is split, and keeps account of what came from where.
protocol Normalizer: Sendable {
  /// How many times as long it may make a text, for what a file can choose.
  var growth: Int { get }
  func normalize(_ text: inout AlignedText)
}

extension Normalizer {
  var growth: Int { 1 }
}

/// The kinds of normalizers, by their names in `tokenizer.json`.
enum Normalizers {
  static let supported = [
    "BertNormalizer", "Lowercase", "NFC", "NFD", "NFKC", "Precompiled", "Prepend", "Replace",
    "Sequence", "Strip",
  ]

  /// The most by which a file may make texts longer.
  private static let growthLimit = 4096

  static func read(_ part: TokenizerPart) throws(TokenizerError) -> any Normalizer {
    let normalizer = try make(part)
    guard normalizer.growth <= growthLimit else {
      throw part.fails(
        "could make a text more than \(growthLimit) times as long; it cannot be real")
    }
    return normalizer
  }

  private static func make(_ part: TokenizerPart) throws(TokenizerError) -> any Normalizer {
    switch try part.kind() {
    case "BertNormalizer": try BertNormalizer(part)
    case "Lowercase": LowercaseNormalizer()
    case "NFC": FormNormalizer(form: .composed)
    case "NFD": FormNormalizer(form: .decomposed)
    case "NFKC": FormNormalizer(form: .compatibilityComposed)
    case "Precompiled": try PrecompiledNormalizer(part)
    case "Prepend": PrependNormalizer(prefix: Array(try part.text("prepend").utf8))
    case "Replace": try ReplaceNormalizer(part)
    case "Sequence": try SequenceNormalizer(part)
    case "Strip": try StripNormalizer(part)
    case let kind: throw part.fails(.unsupported(kind: kind, supported: supported))
    }
  }
}

/// `Sequence`: one after the other.
struct SequenceNormalizer: Normalizer {
  let normalizers: [any Normalizer]

  init(_ part: TokenizerPart) throws(TokenizerError) {
    normalizers = try part.member("normalizers").elements().map { element throws(TokenizerError) in
      try Normalizers.read(element)
    }
  }

  var growth: Int {
    normalizers.reduce(1) { growth, normalizer in
      let (product, overflows) = growth.multipliedReportingOverflow(by: normalizer.growth)
      return overflows ? .max : product
    }
  }

  func normalize(_ text: inout AlignedText) {
    for normalizer in normalizers { normalizer.normalize(&text) }
  }
}

/// `Lowercase`: each scalar by itself, wherever it stands.
struct LowercaseNormalizer: Normalizer {
  func normalize(_ text: inout AlignedText) {
    text.mapScalars { Self.lowered($0) }
  }

  /// What a scalar becomes; nil when it stays.
  static func lowered(_ value: UInt32) -> [UInt32]? {
    if value < 0x80 { return 0x41...0x5A ~= value ? [value | 0x20] : nil }
    guard let scalar = Unicode.Scalar(value), scalar.properties.changesWhenLowercased else {
      return nil
    }
    return scalar.properties.lowercaseMapping.unicodeScalars.map(\.value)
  }
}

/// `Prepend`: puts a text in front of one that is not empty.
struct PrependNormalizer: Normalizer {
  let prefix: [UInt8]

  /// Of a text of one byte.
  var growth: Int { prefix.count + 1 }

  func normalize(_ text: inout AlignedText) {
    guard !text.bytes.isEmpty else { return }
    var builder = AlignedTextBuilder(from: text)
    builder.put(prefix, for: 0..<0)
    builder.keep(text.bytes.indices)
    text = builder.built()
  }
}

/// `Replace`: puts a text in the place of every match of a pattern.
struct ReplaceNormalizer: Normalizer {
  let pattern: TextPattern
  let content: [UInt8]

  init(_ part: TokenizerPart) throws(TokenizerError) {
    pattern = try TextPattern(try part.member("pattern"))
    content = Array(try part.text("content").utf8)
  }

  /// A pattern may match between any two bytes.
  var growth: Int { content.count + 1 }

  func normalize(_ text: inout AlignedText) { text.replace(pattern, with: content) }
}

/// `Strip`: without white space on the left, on the right, or on both sides.
struct StripNormalizer: Normalizer {
  let left: Bool
  let right: Bool

  init(_ part: TokenizerPart) throws(TokenizerError) {
    left = try part.flag("strip_left")
    right = try part.flag("strip_right")
  }

  func normalize(_ text: inout AlignedText) {
    var (start, end) = (0, text.bytes.count)
    while left, start < end {
      let scalar = text.bytes.scalar(at: start)
      guard ScalarSet.whiteSpace.contains(scalar.value) else { break }
      start += scalar.length
    }
    while right, start < end {
      let scalar = text.bytes.scalar(before: end)
      guard ScalarSet.whiteSpace.contains(scalar.value) else { break }
      end -= scalar.length
    }
    guard end - start < text.bytes.count else { return }
    var builder = AlignedTextBuilder(from: text)
    builder.keep(start..<end)
    text = builder.built()
  }
}
