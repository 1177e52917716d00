import Tensors
import Text
import Training

/// Tokens for a person: each as it is written, what is learned between « and ».
struct MarkedTokens {
  let row: TextRow
  /// Nil where tokens are shown by their ids.
  let tokenizer: Tokenizer?

  /// Tokens that are shown to each side of where the learning begins.
  private static let reach = 24

  /// The row, or of a long one what stands around the first token that is learned.
  func text() throws -> String {
    let tokens = row.tokens.tokens
    let first = tokens.indices.first(where: isLearned) ?? 0
    let shown = max(0, first - Self.reach)..<min(tokens.count, first + Self.reach)
    var (parts, isInside): ([String], Bool) = (shown.lowerBound > 0 ? ["…"] : [], false)
    for index in shown {
      if isLearned(index) != isInside {
        parts.append(isInside ? "»" : "«")
        isInside.toggle()
      }
      parts.append(try piece(index))
    }
    if isInside { parts.append("»") }
    if shown.upperBound < tokens.count { parts.append("…") }
    return parts.joined(separator: "|")
  }

  /// How the token at `index` is written.
  func piece(_ index: Int) throws -> String {
    let id = Int(row.tokens.tokens[index])
    return try tokenizer?.decode([id], keepingSpecialTokens: true) ?? "\(id)"
  }

  /// Whether the token at `index` is foretold from those before it.
  func isLearned(_ index: Int) -> Bool {
    guard case .tokens(let labels) = row.tokens.target else { return false }
    return index > 0 && labels[index] >= 0
  }
}
