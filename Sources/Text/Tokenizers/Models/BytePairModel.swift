/// `BPE`: characters, of which pairs merge by rank as long as any do.
struct BytePairModel: TokenModel {
  /// What the model is made of, apart from its tables.
  struct Settings: Sendable {
    var unknown: Int?
    var fusesUnknown = false
    var fallsBackToBytes = false
    /// A piece that is a token is that token.
    var ignoresMerges = false
    /// In front of every character but the first, and behind the last.
    var prefix: [UInt8] = []
    var suffix: [UInt8] = []
    /// Where a piece can be cut without a change to its tokens.
    var words: WordMarks?
  }

  let vocabulary: Vocabulary
  let settings: Settings
  let takesByteLevel: Bool
  private let merges: MergeTable
  /// The vocabulary as bytes that the byte-level alphabet stands for.
  private let byteLevel: Vocabulary
  /// For bytes that stand for characters: the token of each, -1 for none, by where it stands.
  private let byteTokens: [Int32]
  /// The tokens `<0x00>` to `<0xFF>`; empty unless all that it takes are there.
  private let fallbacks: [Int?]

  init(_ vocabulary: Vocabulary, _ merges: MergeTable, _ settings: Settings, isByteLevel: Bool) {
    self.vocabulary = vocabulary
    self.merges = merges
    self.settings = settings
    takesByteLevel = isByteLevel
    byteLevel = isByteLevel ? vocabulary.byteLevel() : Vocabulary()
    byteTokens =
      isByteLevel
      ? (0..<1024).map { index in
        let character = Self.character(index & 255)
        let token = Self.decorated(
          character[...], settings, isFirst: index & 256 != 0, isLast: index & 512 != 0)
        return vocabulary.find(token).map { Int32($0) } ?? -1
      } : []
    fallbacks = settings.fallsBackToBytes ? ByteFallback.tokens(of: vocabulary) : []
  }

  private static func character(_ byte: Int) -> [UInt8] {
    var character: [UInt8] = []
    character.append(scalar: ByteAlphabet.scalars[byte])
    return character
  }

  private static func decorated(
    _ character: ArraySlice<UInt8>, _ settings: Settings, isFirst: Bool, isLast: Bool
  ) -> [UInt8] {
    (isFirst ? [] : settings.prefix) + character + (isLast ? settings.suffix : [])
  }

  func encode(
    _ split: borrowing SplitText, into tokens: inout TokenList, _ memory: inout ModelMemory
  ) {
    let text = split.text
    let words = split.isByteLevel ? nil : settings.words
    for piece in split.pieces {
      var start = piece.lowerBound
      while start < piece.upperBound {
        let rest = start..<piece.upperBound
        let end = words?.endOfWord(text.bytes, rest) ?? rest.upperBound
        encode(text, start..<end, split.isByteLevel, into: &tokens, &memory)
        start = end
      }
    }
  }

  private func encode(
    _ text: AlignedText, _ piece: Range<Int>, _ isByteLevel: Bool, into tokens: inout TokenList,
    _ memory: inout ModelMemory
  ) {
    let isShort = piece.count <= WordMemory.lengthLimit
    let hash = isShort ? WordMemory.hash(text.bytes, piece) : 0
    if isShort, let known = memory.words.find(text.bytes, piece, hash) {
      for index in known {
        let bounds = memory.words.bounds[index]
        let start = piece.lowerBound + Int(bounds.start)
        let end = piece.lowerBound + Int(bounds.end)
        tokens.add(Int(memory.words.tokens[index]), text.source(of: start..<end))
      }
      return
    }
    merge(text.bytes, piece, isByteLevel, in: &memory.merging)
    for index in memory.merging.tokens.indices {
      let range = memory.merging.starts[index]..<memory.merging.ends[index]
      tokens.add(Int(memory.merging.tokens[index]), text.source(of: range))
    }
    if isShort { memory.words.keep(text.bytes, piece, hash, memory.merging) }
  }

  /// The tokens of one piece.
  private func merge(
    _ bytes: [UInt8], _ piece: Range<Int>, _ isByteLevel: Bool, in merging: inout Merging
  ) {
    merging.removeAll()
    if settings.ignoresMerges,
      let token = (isByteLevel ? byteLevel : vocabulary).find(bytes[piece])
    {
      return merging.add(UInt32(token), piece.lowerBound, piece.upperBound)
    }
    if isByteLevel {
      addBytes(bytes, piece, to: &merging)
    } else {
      addCharacters(bytes, piece, to: &merging)
    }
    merging.merge(by: merges)
  }

  /// The bytes of a piece, each of which stands for a character.
  private func addBytes(_ bytes: [UInt8], _ piece: Range<Int>, to merging: inout Merging) {
    var unknown = UnknownRun()
    let last = piece.upperBound - 1
    for place in piece {
      let index =
        Int(bytes[place]) | (place == piece.lowerBound ? 256 : 0) | (place == last ? 512 : 0)
      if byteTokens[index] >= 0 {
        unknown.end(&merging)
        merging.add(UInt32(byteTokens[index]), place, place + 1)
      } else {
        unknown.add(place, place + 1, settings, &merging)
      }
    }
    unknown.end(&merging)
  }

  /// The characters of a piece.
  private func addCharacters(_ bytes: [UInt8], _ piece: Range<Int>, to merging: inout Merging) {
    var unknown = UnknownRun()
    var place = piece.lowerBound
    while place < piece.upperBound {
      let range = place..<place + bytes.scalar(at: place).length
      place = range.upperBound
      let isPlain = settings.prefix.isEmpty && settings.suffix.isEmpty
      let character =
        isPlain
        ? bytes[range]
        : Self.decorated(
          bytes[range], settings, isFirst: range.lowerBound == piece.lowerBound,
          isLast: place == piece.upperBound)[...]
      if let token = vocabulary.find(character) {
        unknown.end(&merging)
        merging.add(UInt32(token), range.lowerBound, range.upperBound)
      } else if !addFallback(character, range, to: &merging) {
        unknown.add(range.lowerBound, range.upperBound, settings, &merging)
      }
    }
    unknown.end(&merging)
  }

  /// Adds the tokens of the bytes, when each has one; a suffix counts to the last.
  private func addFallback(
    _ character: ArraySlice<UInt8>, _ range: Range<Int>, to merging: inout Merging
  ) -> Bool {
    guard !fallbacks.isEmpty else { return false }
    let tokens = character.compactMap { fallbacks[Int($0)] }
    guard tokens.count == character.count else { return false }
    for (offset, token) in tokens.enumerated() {
      let start = min(range.lowerBound + offset, range.upperBound)
      let end = min(start + 1, range.upperBound)
      merging.add(UInt32(token), start, end)
    }
    return true
  }
}

/// Characters in a row that have no token.
private struct UnknownRun {
  private var range: Range<Int>?
  private var token: UInt32 = 0

  mutating func add(
    _ start: Int, _ end: Int, _ settings: BytePairModel.Settings, _ merging: inout Merging
  ) {
    guard let unknown = settings.unknown else { return }
    token = UInt32(unknown)
    if let open = range, settings.fusesUnknown {
      range = open.lowerBound..<end
    } else {
      self.end(&merging)
      range = start..<end
    }
  }

  mutating func end(_ merging: inout Merging) {
    guard let range else { return }
    merging.add(token, range.lowerBound, range.upperBound)
    self.range = nil
  }
}
