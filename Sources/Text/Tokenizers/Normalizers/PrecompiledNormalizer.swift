/// `Precompiled`: SentencePiece's table of replacements.
///
/// 1. four bytes, little-endian: the size of the trie,
/// 2. the trie, Darts' double array of 32-bit units: a unit has a label, an offset to its children,
///    and says whether a value stands among them,
/// 3. the replacements, UTF-8, each ended by a zero byte; a value is where one begins.
///
/// A grapheme cluster of fewer than six bytes is looked up whole, and becomes what its shortest
/// beginning in the trie becomes; else each scalar is looked up.
/// Source: <https://github.com/google/sentencepiece/blob/master/src/normalizer.cc>, and the crate
/// `spm_precompiled`.
struct PrecompiledNormalizer: Normalizer {
  private let units: [UInt32]
  private let replacements: [UInt8]

  init(_ part: TokenizerPart) throws(TokenizerError) {
    let map = try part.member("precompiled_charsmap")
    guard let bytes = Base64.decoded(try map.text()), bytes.count >= 4 else {
      throw map.fails("is not Base64, or too short")
    }
    let size = Int(Self.word(bytes, 0))
    guard size % 4 == 0, size >= 4, size <= bytes.count - 4 else {
      throw map.fails("its trie of \(size) bytes does not fit into \(bytes.count)")
    }
    units = stride(from: 4, to: 4 + size, by: 4).map { Self.word(bytes, $0) }
    replacements = Array(bytes[(4 + size)...])
    guard (try? UTF8Span(validating: replacements.span)) != nil else {
      throw map.fails("its replacements are not UTF-8")
    }
  }

  private static func word(_ bytes: [UInt8], _ place: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
  }

  func normalize(_ text: inout AlignedText) {
    let bytes = text.bytes
    var builder: AlignedTextBuilder?
    var keptFrom = 0
    GraphemeClusters.forEach(in: bytes) { cluster in
      forEachReplacement(in: bytes, cluster) { range, replacement in
        var current = builder.take() ?? AlignedTextBuilder(from: text)
        current.keep(keptFrom..<range.lowerBound)
        current.put(replacements[replacement], for: range)
        keptFrom = range.upperBound
        builder = current
      }
    }
    guard var current = builder.take() else { return }
    current.keep(keptFrom..<bytes.count)
    text = current.built()
  }

  private func forEachReplacement(
    in bytes: [UInt8], _ cluster: Range<Int>, _ body: (Range<Int>, Range<Int>) -> Void
  ) {
    if cluster.count < 6, let replacement = replacement(for: bytes, cluster) {
      return body(cluster, replacement)
    }
    var place = cluster.lowerBound
    while place < cluster.upperBound {
      let range = place..<place + bytes.scalar(at: place).length
      place = range.upperBound
      if let replacement = replacement(for: bytes, range) { body(range, replacement) }
    }
  }

  /// Where the replacement of the shortest beginning of `range` that has one lies.
  private func replacement(for bytes: [UInt8], _ range: Range<Int>) -> Range<Int>? {
    var node = Self.offset(units[0])
    for byte in bytes[range] {
      guard byte != 0 else { return nil }
      node ^= Int(byte)
      guard node < units.count else { return nil }
      let unit = units[node]
      guard unit & 0x8000_00FF == UInt32(byte) else { return nil }
      node ^= Self.offset(unit)
      if unit >> 8 & 1 == 1 {
        guard node < units.count else { return nil }
        let start = Int(units[node] & 0x7FFF_FFFF)
        guard start < replacements.count, replacements[start] & 0xC0 != 0x80 else { return nil }
        return start..<(replacements[start...].firstIndex(of: 0) ?? replacements.count)
      }
    }
    return nil
  }

  private static func offset(_ unit: UInt32) -> Int {
    Int(unit >> 10) << Int((unit & 1 << 9) >> 6)
  }
}
