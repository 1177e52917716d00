import Containers
import JSON
import Reports
import Tensors
import Text

/// A run of `lora tokenize`.
struct TokenizingSession {
  /// How a text is answered.
  enum Format {
    case plain
    case table
    case json
  }

  var format = Format.plain
  var showsSpans = false
  var decodes = false
  var includesSpecialTokens = false
  /// What conversations are written with; nil to take texts as they are.
  var writer: ConversationWriter?
  private let tokenizer: Tokenizer

  init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
  }

  /// Answers one text; nil and `-` are standard input.
  func run(_ given: String?) throws {
    let isInput = given == nil || given == "-"
    let text = try isInput ? TextInput.all() : given ?? ""
    if decodes {
      try decode(try ids(in: text), onOneLine: false)
    } else {
      try encode(writer?.question(text) ?? text, onOneLine: false)
    }
  }

  /// Answers each line of standard input.
  func runLines() throws {
    try TextInput.forEachLine { value, number in
      let member = value.object == nil ? value : value[decodes ? "ids" : "text"] ?? .null
      if decodes {
        guard let ids = member.array?.map(\.int), !ids.contains(nil) else {
          throw TextProblem(
            place: "line \(number)", .lacks("a list of ids, or an object with \"ids\""))
        }
        try decode(ids.compactMap { $0 }, onOneLine: true)
      } else {
        try encode(try text(in: value, member, number), onOneLine: true)
      }
    }
  }

  /// A line's text, or its conversation as the model reads it.
  private func text(in value: JSONValue, _ member: JSONValue, _ number: Int) throws -> String {
    if let writer, let messages = value["messages"] {
      return try writer.rendering(
        messages, tools: value["tools"] ?? .null,
        asksForAnswer: value["add_generation_prompt"]?.bool ?? false
      ).text
    }
    guard let text = member.string else {
      let also = writer == nil ? "" : " or \"messages\""
      throw TextProblem(
        place: "line \(number)", .lacks("a string, or an object with \"text\"\(also)"))
    }
    return try writer?.question(text) ?? text
  }

  private func ids(in text: String) throws(TextProblem) -> [Int] {
    let separators: Set<Character> = [" ", ",", "\n", "\r\n", "\t", "[", "]"]
    return try text.split { separators.contains($0) }.map { word throws(TextProblem) in
      guard let id = Int(word), id >= 0 else {
        throw TextProblem(place: "", .noID(String(word)))
      }
      return id
    }
  }

  private func decode(_ ids: [Int], onOneLine: Bool) throws {
    let text = try tokenizer.decode(ids, keepingSpecialTokens: includesSpecialTokens)
    let tree = JSONTree.object([
      JSONTree.Member("ids", .array(ids.map { .integer($0) })),
      JSONTree.Member("text", .text(text)),
    ])
    switch format {
    case .json: try write(tree, onOneLine)
    // A line of JSON holds a text that may have lines of its own.
    case .plain where onOneLine: try StandardStreams.write(JSONTree.text(text).jsonLine + "\n")
    case .plain, .table: try StandardStreams.write(text + (text.hasSuffix("\n") ? "" : "\n"))
    }
  }

  private func encode(_ text: String, onOneLine: Bool) throws {
    let encoding = try tokenizer.encode(text, addingSpecialTokens: includesSpecialTokens)
    switch format {
    case .plain:
      try StandardStreams.write(encoding.ids.map { String($0) }.joined(separator: " ") + "\n")
    case .table:
      let table = TokenTable(encoding, of: text, tokenizer).report
      try StandardStreams.write(
        table.text(width: Terminal.reportWidth, escape: { escaped($0, inQuotes: false) }))
    case .json: try write(tree(text, encoding), onOneLine)
    }
  }

  private func tree(_ text: String, _ encoding: Encoding) -> JSONTree {
    var members = [
      JSONTree.Member("text", .text(text)),
      JSONTree.Member("ids", .array(encoding.ids.map { .integer($0) })),
      JSONTree.Member(
        "pieces", .array(encoding.ids.map { .text(tokenizer.token($0) ?? "") })),
    ]
    if showsSpans {
      members.append(
        JSONTree.Member(
          "spans",
          .array(
            encoding.spans.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) })))
    }
    return .object(members)
  }

  private func write(_ tree: JSONTree, _ onOneLine: Bool) throws {
    try StandardStreams.write(onOneLine ? tree.jsonLine + "\n" : tree.jsonText)
  }
}
