/// What a reader takes for one character: grapheme clusters, as the standard library has them.
enum GraphemeClusters {
  /// Calls `body` with every cluster of `bytes`, which are UTF-8, in order.
  static func forEach(in bytes: [UInt8], _ body: (Range<Int>) -> Void) {
    var place = 0
    while place < bytes.count {
      if isAlone(bytes, place) {
        body(place..<place + 1)
        place += 1
        continue
      }
      let end = endOfMixture(bytes, place)
      for character in String(decoding: bytes[place..<end], as: UTF8.self) {
        let length = character.utf8.count
        body(place..<place + length)
        place += length
      }
    }
  }

  /// Whether the byte is ASCII, and nothing that follows can join it.
  private static func isAlone(_ bytes: [UInt8], _ place: Int) -> Bool {
    bytes[place] < 0x80 && bytes[place] != 0x0D
      && (place + 1 == bytes.count || bytes[place + 1] < 0x80)
  }

  /// Where the next two ASCII bytes stand together, between which a cluster ends.
  private static func endOfMixture(_ bytes: [UInt8], _ start: Int) -> Int {
    var place = start + 1
    while place < bytes.count, bytes[place - 1] == 0x0D || !isAlone(bytes, place) { place += 1 }
    return place
  }
}
