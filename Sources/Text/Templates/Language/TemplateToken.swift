/// A word of the language between braces.
struct TemplateToken: Equatable, Sendable {
  let line: Int
  let kind: Kind

  enum Kind: Equatable, Sendable {
    case name(String)
    case string(String)
    case int(Int)
    case float(Double)
    case symbol(String)
    case end

    /// How a message calls it.
    var text: String {
      switch self {
      case .name(let name): "\"\(name)\""
      case .string: "a string"
      case .int(let value): "\"\(value)\""
      case .float(let value): "\"\(value)\""
      case .symbol(let symbol): "\"\(symbol)\""
      case .end: "the end of the tag"
      }
    }
  }
}

/// A template cut at its braces.
enum TemplateSegment: Equatable, Sendable {
  case text(String, line: Int)
  /// `{{ … }}`
  case output([TemplateToken])
  /// `{% … %}`
  case tag([TemplateToken])
}
