/// A text and the pieces it is split into, each of which goes to the model by itself.
struct SplitText {
  private(set) var text: AlignedText
  /// In order, none empty; what lies between them is left out.
  private(set) var pieces: [Range<Int>]
  /// Whether the bytes stand for the characters of the byte-level alphabet, one each, and are only
  /// not written that way.
  private(set) var isByteLevel = false

  init(_ text: AlignedText) {
    self.text = text
    pieces = text.bytes.isEmpty ? [] : [text.bytes.indices]
  }

  /// Splits every piece: `body` is given the bytes and a piece, and adds what the piece becomes.
  mutating func split(_ body: ([UInt8], Range<Int>, inout [Range<Int>]) -> Void) {
    writeByteLevel()
    var new: [Range<Int>] = []
    new.reserveCapacity(pieces.count == 1 ? text.bytes.count / 4 : pieces.count)
    let bytes = text.bytes
    for piece in pieces { body(bytes, piece, &new) }
    pieces = new
  }

  /// Writes every piece anew: `body` adds to the text what a piece becomes.
  mutating func rewrite(_ body: ([UInt8], Range<Int>, inout AlignedTextBuilder) -> Void) {
    writeByteLevel()
    var builder = AlignedTextBuilder(from: text)
    let bytes = text.bytes
    for index in pieces.indices {
      let start = builder.count
      body(bytes, pieces[index], &builder)
      pieces[index] = start..<builder.count
    }
    text = builder.built()
  }

  /// Takes every byte for a character of the byte-level alphabet from here on.
  mutating func becomeByteLevel() {
    writeByteLevel()
    isByteLevel = true
  }

  /// Writes the characters of the byte-level alphabet out.
  mutating func writeByteLevel() {
    guard isByteLevel else { return }
    isByteLevel = false
    rewrite { bytes, piece, builder in
      for place in piece {
        builder.put(scalar: ByteAlphabet.scalars[Int(bytes[place])], for: place..<place + 1)
      }
    }
  }
}
