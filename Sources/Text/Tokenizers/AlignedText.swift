/// Text on its way to a model: UTF-8, and for each byte the part of the original text that it stands
/// for.
///
/// The parts are in order: neither their beginnings nor their ends go back.
struct AlignedText {
  /// Bytes of the original text, from `lower` up to `upper`.
  struct Source {
    var lower: UInt32
    var upper: UInt32
  }

  private(set) var bytes: [UInt8]
  /// A source for each byte; nil while the bytes are those of the original text at `origin`.
  private(set) var sources: [Source]?
  /// The part of the original text that this was made of.
  let origin: Range<Int>

  /// The bytes in `range` of `original` as they are.
  init(_ original: [UInt8], _ range: Range<Int>) {
    bytes = range == original.indices ? original : Array(original[range])
    origin = range
  }

  fileprivate init(bytes: [UInt8], sources: [Source], origin: Range<Int>) {
    (self.bytes, self.sources, self.origin) = (bytes, sources, origin)
  }

  /// The part of the original text that the bytes in `range` stand for.
  @inline(__always)
  func source(of range: Range<Int>) -> Range<Int> {
    guard let sources else {
      return origin.lowerBound + range.lowerBound..<origin.lowerBound + range.upperBound
    }
    guard !range.isEmpty else {
      let place =
        range.lowerBound < sources.count
        ? Int(sources[range.lowerBound].lower) : origin.upperBound
      return place..<place
    }
    return Int(sources[range.lowerBound].lower)..<Int(sources[range.upperBound - 1].upper)
  }

  /// The text in `range` as a text of its own.
  func part(_ range: Range<Int>) -> AlignedText {
    guard let sources else {
      let start = origin.lowerBound
      return AlignedText(
        bytes: Array(bytes[range]), origin: start + range.lowerBound..<start + range.upperBound)
    }
    return AlignedText(
      bytes: Array(bytes[range]), sources: Array(sources[range]), origin: source(of: range))
  }

  private init(bytes: [UInt8], origin: Range<Int>) {
    (self.bytes, self.origin) = (bytes, origin)
  }
}

/// A text that is made of parts of another, and what is put in their places.
struct AlignedTextBuilder {
  private let text: AlignedText
  private var bytes: [UInt8] = []
  private var sources: [AlignedText.Source] = []

  /// How many bytes there are so far.
  var count: Int { bytes.count }

  init(from text: AlignedText) {
    self.text = text
    bytes.reserveCapacity(text.bytes.count + text.bytes.count / 4 + 16)
    sources.reserveCapacity(text.bytes.count + text.bytes.count / 4 + 16)
  }

  /// Adds the bytes in `range` of the other text, as they are.
  mutating func keep(_ range: Range<Int>) {
    bytes += text.bytes[range]
    if let old = text.sources {
      sources += old[range]
    } else {
      let start = text.origin.lowerBound
      for place in range {
        sources.append(.init(lower: UInt32(start + place), upper: UInt32(start + place + 1)))
      }
    }
  }

  /// Adds bytes that stand for `range` of the other text; an empty range is a place in it.
  mutating func put(_ new: some Collection<UInt8>, for range: Range<Int>) {
    let source = text.source(of: range)
    bytes += new
    let entry = AlignedText.Source(
      lower: UInt32(source.lowerBound), upper: UInt32(source.upperBound))
    for _ in 0..<new.count { sources.append(entry) }
  }

  /// Adds a scalar that stands for `range` of the other text.
  mutating func put(scalar: UInt32, for range: Range<Int>) {
    let source = text.source(of: range)
    let start = bytes.count
    bytes.append(scalar: scalar)
    let entry = AlignedText.Source(
      lower: UInt32(source.lowerBound), upper: UInt32(source.upperBound))
    for _ in start..<bytes.count { sources.append(entry) }
  }

  consuming func built() -> AlignedText {
    AlignedText(bytes: bytes, sources: sources, origin: text.origin)
  }
}

extension AlignedText {
  /// Rebuilds the text with each scalar as `body` says; nothing is done while it says nil.
  mutating func mapScalars(_ body: (UInt32) -> [UInt32]?) {
    var builder: AlignedTextBuilder?
    var place = 0
    var keptFrom = 0
    while place < bytes.count {
      let scalar = bytes.scalar(at: place)
      let range = place..<place + scalar.length
      place = range.upperBound
      guard let new = body(scalar.value) else { continue }
      var current = builder.take() ?? AlignedTextBuilder(from: self)
      current.keep(keptFrom..<range.lowerBound)
      for value in new { current.put(scalar: value, for: range) }
      keptFrom = place
      builder = current
    }
    guard var current = builder.take() else { return }
    current.keep(keptFrom..<bytes.count)
    self = current.built()
  }

  /// Puts `content` in the place of each match.
  mutating func replace(_ pattern: TextPattern, with content: [UInt8]) {
    var builder: AlignedTextBuilder?
    var keptFrom = 0
    pattern.forEachMatch(of: bytes, in: bytes.indices) { match in
      var current = builder.take() ?? AlignedTextBuilder(from: self)
      current.keep(keptFrom..<match.lowerBound)
      current.put(content, for: match)
      keptFrom = match.upperBound
      builder = current
    }
    guard var current = builder.take() else { return }
    current.keep(keptFrom..<bytes.count)
    self = current.built()
  }
}
