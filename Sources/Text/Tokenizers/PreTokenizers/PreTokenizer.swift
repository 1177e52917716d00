/// Splits a text into pieces, and may write them anew.
protocol PreTokenizer: Sendable {
  /// Whether it takes bytes for characters.
  var isByteLevel: Bool { get }
  func split(_ text: inout SplitText)
}

extension PreTokenizer {
  var isByteLevel: Bool { false }
}

/// The kinds of pre-tokenizers, by their names in `tokenizer.json`.
enum PreTokenizers {
  static let supported = [
    "BertPreTokenizer", "ByteLevel", "Digits", "Metaspace", "Punctuation", "Sequence", "Split",
    "WhitespaceSplit",
  ]

  static func read(_ part: TokenizerPart) throws(TokenizerError) -> any PreTokenizer {
    switch try part.kind() {
    case "BertPreTokenizer": BertPreTokenizer()
    case "ByteLevel": try ByteLevelPreTokenizer(part)
    case "Digits": DigitsPreTokenizer(individually: try part.flag("individual_digits"))
    case "Metaspace": try MetaspacePreTokenizer(part)
    case "Punctuation": try PunctuationPreTokenizer(part)
    case "Sequence": try SequencePreTokenizer(part)
    case "Split": try SplitPreTokenizer(part)
    case "WhitespaceSplit": WhitespacePreTokenizer()
    case let kind: throw part.fails(.unsupported(kind: kind, supported: supported))
    }
  }
}

/// `Sequence`: one after the other.
struct SequencePreTokenizer: PreTokenizer {
  let preTokenizers: [any PreTokenizer]

  init(_ part: TokenizerPart) throws(TokenizerError) {
    preTokenizers = try part.member("pretokenizers").elements().map {
      element throws(TokenizerError) in try PreTokenizers.read(element)
    }
  }

  var isByteLevel: Bool { preTokenizers.contains(where: \.isByteLevel) }

  func split(_ text: inout SplitText) {
    for preTokenizer in preTokenizers { preTokenizer.split(&text) }
  }
}

/// `Split`: at the matches of a pattern.
struct SplitPreTokenizer: PreTokenizer {
  let pattern: TextPattern
  let splitter: PieceSplitter

  init(_ part: TokenizerPart) throws(TokenizerError) {
    pattern = try TextPattern(try part.member("pattern"))
    splitter = PieceSplitter(
      behavior: try SplitBehavior(try part.member("behavior")),
      isInverted: try part.flag("invert"))
  }

  func split(_ text: inout SplitText) {
    text.split { bytes, piece, pieces in
      splitter.split(piece, into: &pieces) { pattern.forEachMatch(of: bytes, in: piece, $0) }
    }
  }
}

extension SplitText {
  /// Splits every piece at the scalars that `isMatch` says.
  mutating func split(_ splitter: PieceSplitter, where isMatch: (UInt32) -> Bool) {
    split { bytes, piece, pieces in
      splitter.split(piece, into: &pieces) { body in
        var place = piece.lowerBound
        while place < piece.upperBound {
          let scalar = bytes.scalar(at: place)
          if isMatch(scalar.value) { body(place..<place + scalar.length) }
          place += scalar.length
        }
      }
    }
  }
}

/// `Digits`: numbers apart from the rest, one by one or together.
struct DigitsPreTokenizer: PreTokenizer {
  let individually: Bool

  func split(_ text: inout SplitText) {
    text.split(PieceSplitter(behavior: individually ? .isolated : .contiguous)) { scalar in
      if scalar < 0x80 { return 0x30...0x39 ~= scalar }
      switch Unicode.Scalar(scalar)?.properties.generalCategory {
      case .decimalNumber, .letterNumber, .otherNumber: return true
      default: return false
      }
    }
  }
}

/// `Punctuation`: marks of punctuation apart from the rest.
struct PunctuationPreTokenizer: PreTokenizer {
  let splitter: PieceSplitter

  init(_ part: TokenizerPart) throws(TokenizerError) {
    splitter = PieceSplitter(
      behavior: try part.optional("behavior").map { behavior throws(TokenizerError) in
        try SplitBehavior(behavior)
      } ?? .isolated)
  }

  func split(_ text: inout SplitText) {
    text.split(splitter, where: BertTables.isPunctuation)
  }
}

/// `WhitespaceSplit`: words between white space.
struct WhitespacePreTokenizer: PreTokenizer {
  func split(_ text: inout SplitText) {
    text.split(PieceSplitter(behavior: .removed), where: ScalarSet.whiteSpace.contains)
  }
}

/// `BertPreTokenizer`: words between white space, and each mark of punctuation.
struct BertPreTokenizer: PreTokenizer {
  func split(_ text: inout SplitText) {
    WhitespacePreTokenizer().split(&text)
    text.split(PieceSplitter(behavior: .isolated), where: BertTables.isPunctuation)
  }
}

/// `ByteLevel`: every byte as a character, and words as GPT-2 has them.
struct ByteLevelPreTokenizer: PreTokenizer {
  let addsSpace: Bool
  let splitsWords: Bool

  var isByteLevel: Bool { true }

  init(_ part: TokenizerPart) throws(TokenizerError) {
    addsSpace = try part.flag("add_prefix_space")
    splitsWords = try part.flag("use_regex", or: true)
  }

  func split(_ text: inout SplitText) {
    if addsSpace {
      text.rewrite { bytes, piece, builder in
        if bytes[piece.lowerBound] != 0x20 {
          builder.put([0x20], for: piece.lowerBound..<piece.lowerBound)
        }
        builder.keep(piece)
      }
    }
    if splitsWords {
      text.split { bytes, piece, pieces in
        KnownShape.gpt2.forEachMatch(of: bytes, in: piece) { pieces.append($0) }
      }
    }
    text.becomeByteLevel()
  }
}
