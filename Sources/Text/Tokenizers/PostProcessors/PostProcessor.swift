/// Which tokens stand around the texts, and how the texts are told apart.
struct PostProcessor: Sendable {
  /// A part of what is made of one text or two.
  enum Piece: Sendable {
    /// The tokens of the first text (0) or the second (1).
    case text(Int, type: Int)
    case special([Int], type: Int)

    /// Whether it is the text with this number.
    func isText(_ number: Int) -> Bool {
      if case .text(number, _) = self { true } else { false }
    }
  }

  let single: [Piece]
  let pair: [Piece]

  static let none = Self(single: [.text(0, type: 0)], pair: [.text(0, type: 0), .text(1, type: 1)])

  static let supported = [
    "BertProcessing", "ByteLevel", "RobertaProcessing", "Sequence", "TemplateProcessing",
  ]

  /// `ByteLevel` only trims what our spans leave whole, and adds nothing.
  static func read(_ part: TokenizerPart) throws(TokenizerError) -> Self {
    switch try part.kind() {
    case "ByteLevel": return .none
    case "BertProcessing": return try bert(part)
    case "RobertaProcessing": return try roberta(part)
    case "TemplateProcessing": return try template(part)
    case "Sequence":
      var found: Self?
      for processor in try part.member("processors").elements()
      where try processor.kind() != "ByteLevel" {
        guard found == nil else { throw processor.fails("only one part may add tokens") }
        found = try read(processor)
      }
      return found ?? .none
    case let kind: throw part.fails(.unsupported(kind: kind, supported: supported))
    }
  }

  private static func bert(_ part: TokenizerPart) throws(TokenizerError) -> Self {
    let (cls, sep) = (try token(part, "cls"), try token(part, "sep"))
    let first: [Piece] = [
      .special([cls], type: 0), .text(0, type: 0), .special([sep], type: 0),
    ]
    return Self(single: first, pair: first + [.text(1, type: 1), .special([sep], type: 1)])
  }

  private static func roberta(_ part: TokenizerPart) throws(TokenizerError) -> Self {
    let (cls, sep) = (try token(part, "cls"), Piece.special([try token(part, "sep")], type: 0))
    let first: [Piece] = [.special([cls], type: 0), .text(0, type: 0), sep]
    return Self(single: first, pair: first + [sep, .text(1, type: 0), sep])
  }

  /// The id in `["[CLS]", 101]`.
  private static func token(_ part: TokenizerPart, _ name: String) throws(TokenizerError) -> Int {
    let pair = try part.member(name)
    let elements = try pair.elements()
    guard elements.count == 2 else { throw pair.wrong("a token and its id") }
    return try elements[1].count(upTo: Vocabulary.idLimit)
  }

  private static func template(_ part: TokenizerPart) throws(TokenizerError) -> Self {
    let specials = try part.member("special_tokens")
    let single = try pieces(try part.member("single"), specials)
    let pairPart = try part.member("pair")
    let pair = try pieces(pairPart, specials)
    for number in 0...1 {
      guard pair.contains(where: { $0.isText(number) }) else {
        throw pairPart.fails("both texts, A and B, must be in it")
      }
    }
    return Self(single: single, pair: pair)
  }

  private static func pieces(
    _ part: TokenizerPart, _ specials: TokenizerPart
  ) throws(TokenizerError) -> [Piece] {
    try part.elements().map { piece throws(TokenizerError) in
      if let sequence = piece.optional("Sequence") {
        let type = try sequence.member("type_id").count(upTo: 255)
        switch try sequence.text("id") {
        case "A": return .text(0, type: type)
        case "B": return .text(1, type: type)
        case let id: throw sequence.fails(.unsupported(kind: id, supported: ["A", "B"]))
        }
      }
      let special = try piece.member("SpecialToken")
      let ids = try specials.member(try special.text("id")).member("ids").elements()
      return .special(
        try ids.map { id throws(TokenizerError) in try id.count(upTo: Vocabulary.idLimit) },
        type: try special.member("type_id").count(upTo: 255))
    }
  }

  /// All special tokens that are put in.
  var specialTokens: [Int] {
    (single + pair).flatMap { piece -> [Int] in
      if case .special(let ids, _) = piece { ids } else { [] }
    }
  }
}
