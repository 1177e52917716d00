/// `Metaspace`: blanks as a visible character, one in front, and words that begin with it.
struct MetaspacePreTokenizer: PreTokenizer {
  let replacement: [UInt8]
  let scheme: PrependScheme
  let splits: Bool

  init(_ part: TokenizerPart) throws(TokenizerError) {
    replacement = Array(String(try part.member("replacement").character()).utf8)
    scheme = try PrependScheme(ofMetaspace: part)
    splits = try part.flag("split", or: true)
  }

  func split(_ text: inout SplitText) {
    let origin = text.text.origin.lowerBound
    let isFirst = { (piece: Range<Int>, text: AlignedText) in
      piece.lowerBound == 0 ? origin == 0 : text.source(of: piece).lowerBound == 0
    }
    let before = text.text
    text.rewrite { bytes, piece, builder in
      let begins = bytes[piece].starts(with: replacement) || bytes[piece.lowerBound] == 0x20
      if !begins, scheme == .always || scheme == .first && isFirst(piece, before) {
        builder.put(replacement, for: piece.lowerBound..<piece.lowerBound)
      }
      var keptFrom = piece.lowerBound
      for place in piece where bytes[place] == 0x20 {
        builder.keep(keptFrom..<place)
        builder.put(replacement, for: place..<place + 1)
        keptFrom = place + 1
      }
      builder.keep(keptFrom..<piece.upperBound)
    }
    guard splits else { return }
    let pattern = TextPattern.literal(replacement)
    let splitter = PieceSplitter(behavior: .mergedWithNext)
    text.split { bytes, piece, pieces in
      splitter.split(piece, into: &pieces) { pattern.forEachMatch(of: bytes, in: piece, $0) }
    }
  }
}

/// Where `Metaspace` puts a blank in front.
enum PrependScheme: String, CaseIterable, Sendable {
  case always
  case first
  case never

  init(ofMetaspace part: TokenizerPart) throws(TokenizerError) {
    var scheme = PrependScheme.always
    if let stored = part.optional("prepend_scheme") {
      let name = try stored.text()
      guard let known = Self(rawValue: name) else {
        throw stored.fails(.unsupported(kind: name, supported: Self.allCases.map(\.rawValue)))
      }
      scheme = known
    }
    if try part.flag("add_prefix_space", or: true) == false {
      guard scheme == .never || part.optional("prepend_scheme") == nil else {
        throw part.fails("\"add_prefix_space\" and \"prepend_scheme\" contradict each other")
      }
      scheme = .never
    }
    self = scheme
  }
}
