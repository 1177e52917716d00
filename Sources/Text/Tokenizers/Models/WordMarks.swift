/// SentencePiece's mark of a word's beginning, `▁`, in front of which a text can be cut: where no merge
/// joins what ends in the character there with what begins with the mark, the words on both sides are
/// independent, and none need be looked at together.
struct WordMarks: Sendable {
  private static let mark: [UInt8] = [0xE2, 0x96, 0x81]
  /// Whether a merge joins what ends in this byte with what begins with the mark.
  private var joins = [Bool](repeating: false, count: 256)

  /// nil where tokens are not made by merges of characters alone.
  init?(_ merges: MergeList?, _ vocabulary: Vocabulary, _ settings: BytePairModel.Settings) {
    guard let merges, vocabulary.find(Self.mark) != nil, !settings.ignoresMerges,
      settings.prefix.isEmpty, settings.suffix.isEmpty,
      // Without a token for the unknown it is left out, and its neighbours meet.
      let unknown = settings.unknown.flatMap({ vocabulary[$0] })
    else { return nil }
    for rank in 0..<merges.count {
      let (left, right) = (merges.bytes[merges[rank].left], merges.bytes[merges[rank].right])
      guard right.starts(with: Self.mark), let last = left.last else { continue }
      // These stand for other characters than those they are written with.
      guard ByteFallback.byte(of: left) == nil, left != unknown else { return nil }
      if !left.suffix(3).elementsEqual(Self.mark) { joins[Int(last)] = true }
    }
  }

  /// Where the word at the beginning of `range` ends.
  func endOfWord(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
    var place = range.lowerBound
    var isInWord = false
    while place < range.upperBound {
      let isMark =
        bytes[place] == Self.mark[0] && place + 2 < range.upperBound
        && bytes[place + 1] == Self.mark[1] && bytes[place + 2] == Self.mark[2]
      if isMark, isInWord, !joins[Int(bytes[place - 1])] { return place }
      isInWord = !isMark
      place += isMark ? 3 : 1
    }
    return place
  }
}
