/// The words of one tag or output, read from the left.
struct TokenCursor {
  let file: String
  private let tokens: [TemplateToken]
  private var index = 0
  /// How deep the expression nests that is being read.
  var depth = 0

  /// Levels that expressions may nest.
  private static let depthLimit = 100

  /// `tokens` end with an end.
  init(_ tokens: [TemplateToken], file: String) {
    self.tokens = tokens
    self.file = file
  }

  var current: TemplateToken { tokens[index] }
  var line: Int { current.line }
  var next: TemplateToken { tokens[min(index + 1, tokens.count - 1)] }

  mutating func advance() {
    index = min(index + 1, tokens.count - 1)
  }

  mutating func take(_ symbol: String) -> Bool {
    guard current.kind == .symbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func take(word: String) -> Bool {
    guard current.kind == .name(word) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: String) throws(TemplateError) {
    guard take(symbol) else { throw unexpected("\"\(symbol)\"") }
  }

  mutating func expect(word: String) throws(TemplateError) {
    guard take(word: word) else { throw unexpected("\"\(word)\"") }
  }

  mutating func name() throws(TemplateError) -> String {
    guard case .name(let name) = current.kind else { throw unexpected("a name") }
    advance()
    return name
  }

  /// Goes a level deeper into an expression.
  mutating func descend() throws(TemplateError) {
    depth += 1
    guard depth <= Self.depthLimit else {
      throw problem("the expression nests deeper than \(Self.depthLimit) levels")
    }
  }

  func expectEnd() throws(TemplateError) {
    guard current.kind == .end else { throw unexpected("the end of the tag") }
  }

  func unexpected(_ wanted: String) -> TemplateError {
    problem("expected \(wanted), found \(current.kind.text)")
  }

  func problem(_ text: String) -> TemplateError {
    .notUnderstood(file: file, line: line, problem: text)
  }
}
