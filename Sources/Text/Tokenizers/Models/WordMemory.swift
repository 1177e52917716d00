/// Words met before and their tokens: a word has one place, where the next of the same place takes
/// over, so that no text makes it slow or large.
struct WordMemory: Sendable {
  /// The longest word kept, in bytes.
  static let lengthLimit = 64
  private static let slotCount = 1 << 16
  private static let poolLimit = 1 << 22

  private struct Slot {
    var hash: UInt64 = 0
    /// Where the word lies among the bytes, and its tokens among the tokens.
    var word: UInt32 = 0
    var tokens: UInt32 = 0
    var length: UInt16 = 0
    /// 0 for a free place.
    var count: UInt16 = 0
  }

  private var slots: [Slot] = []
  private var bytes: [UInt8] = []
  private(set) var tokens: [UInt32] = []
  /// Where each of `tokens` begins and ends in its word.
  private(set) var bounds: [(start: UInt8, end: UInt8)] = []

  /// The hash of a word of up to `lengthLimit` bytes.
  @inline(__always)
  static func hash(_ text: [UInt8], _ range: Range<Int>) -> UInt64 {
    var hash = UInt64(range.count)
    for place in range { hash = (hash ^ UInt64(text[place])) &* 0x9E37_79B9_7F4A_7C15 }
    return hash ^ hash >> 32
  }

  /// Where the tokens of the word lie; nil when it is not kept.
  @inline(__always)
  func find(_ text: [UInt8], _ range: Range<Int>, _ hash: UInt64) -> Range<Int>? {
    guard !slots.isEmpty else { return nil }
    let slot = slots[Int(hash >> 16) & (Self.slotCount - 1)]
    guard slot.hash == hash, slot.count > 0, Int(slot.length) == range.count else { return nil }
    var place = Int(slot.word)
    for index in range {
      if bytes[place] != text[index] { return nil }
      place += 1
    }
    return Int(slot.tokens)..<Int(slot.tokens) + Int(slot.count)
  }

  /// Keeps a word and its tokens, which lie in `range` of the text.
  mutating func keep(_ text: [UInt8], _ range: Range<Int>, _ hash: UInt64, _ merged: Merging) {
    guard !merged.tokens.isEmpty else { return }
    if slots.isEmpty || bytes.count > Self.poolLimit { forget() }
    slots[Int(hash >> 16) & (Self.slotCount - 1)] = Slot(
      hash: hash, word: UInt32(bytes.count), tokens: UInt32(tokens.count),
      length: UInt16(range.count), count: UInt16(merged.tokens.count))
    bytes += text[range]
    tokens += merged.tokens
    for (start, end) in zip(merged.starts, merged.ends) {
      bounds.append((UInt8(start - range.lowerBound), UInt8(end - range.lowerBound)))
    }
  }

  private mutating func forget() {
    slots = Array(repeating: Slot(), count: Self.slotCount)
    bytes.removeAll(keepingCapacity: true)
    tokens.removeAll(keepingCapacity: true)
    bounds.removeAll(keepingCapacity: true)
  }
}
