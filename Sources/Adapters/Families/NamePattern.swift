import Tensors

/// A dotted name in which `#` is any number, as `double_blocks.#.img_attn.qkv`.
///
/// It is found by what is left of a name when dots are underscores and numbers are `#`: so it matches
/// names as they are and as kohya's trainers spell them.
struct NamePattern: Sendable {
  let text: String
  private let tokens: [String]
  /// What names that it can match have in common.
  let key: String

  init(_ text: String) {
    self.text = text
    tokens = NameTokens(text).tokens.map(String.init)
    key = NameTokens(text).key
  }

  /// The numbers that stand for each `#`; nil when this is no such name.
  func numbers(in name: NameTokens) -> [Substring]? {
    guard name.tokens.count == tokens.count else { return nil }
    var numbers: [Substring] = []
    for (token, wanted) in zip(name.tokens, tokens) {
      if wanted == "#" {
        numbers.append(token)
      } else if token != wanted {
        return nil
      }
    }
    return numbers
  }

  /// The name that has these numbers.
  func filled(with numbers: [Substring]) -> String {
    var rest = numbers[...]
    var result = ""
    for character in text {
      if character == "#", let number = rest.popFirst() {
        result += number
      } else {
        result.append(character)
      }
    }
    return result
  }
}

/// What lies between the dots and underscores of a name.
struct NameTokens {
  let tokens: [Substring]
  /// The tokens, numbers as `#`.
  let key: String

  init(_ name: String) {
    var tokens: [Substring] = []
    var start = name.startIndex
    for index in name.utf8.indices
    where name.utf8[index] == UInt8(ascii: ".") || name.utf8[index] == UInt8(ascii: "_") {
      tokens.append(name[start..<index])
      start = name.utf8.index(after: index)
    }
    tokens.append(name[start...])
    self.tokens = tokens
    key = tokens.map { Self.isNumber($0) ? "#" : $0 }.joined(separator: "_")
  }

  private static func isNumber(_ token: Substring) -> Bool {
    token == "#" || (!token.isEmpty && token.utf8.allSatisfy { (48...57).contains($0) })
  }
}
