import JSON
import Tensors

/// A value of `tokenizer.json` and its place in the file; every refusal names both.
struct TokenizerPart {
  let file: String
  /// As `pre_tokenizer.pretokenizers[1]`.
  let place: String
  let value: JSONValue

  func fails(_ problem: TokenizerError.Problem) -> TokenizerError {
    TokenizerError(file: file, place: place, problem)
  }

  func fails(_ sentence: String) -> TokenizerError { fails(.other(sentence)) }

  func wrong(_ expected: String) -> TokenizerError {
    fails(.wrong(expected: expected, found: value.kindName))
  }

  /// The member of this name; nil when there is none or it is null.
  func optional(_ name: String) -> TokenizerPart? {
    guard let member = value[name], !member.isNull else { return nil }
    return TokenizerPart(
      file: file, place: place.isEmpty ? name : "\(place).\(name)", value: member)
  }

  /// The member of this name, which must be there.
  func member(_ name: String) throws(TokenizerError) -> TokenizerPart {
    guard value.object != nil else { throw wrong("an object") }
    guard let part = optional(name) else { throw fails(.missing(name)) }
    return part
  }

  /// The kind of a part, its `type`.
  func kind() throws(TokenizerError) -> String { try member("type").text() }

  func elements() throws(TokenizerError) -> [TokenizerPart] {
    guard let elements = value.array else { throw wrong("a list") }
    return elements.enumerated().map { index, element in
      TokenizerPart(file: file, place: "\(place)[\(index)]", value: element)
    }
  }

  func text() throws(TokenizerError) -> String {
    guard let text = value.string else { throw wrong("a text") }
    return text
  }

  func flag() throws(TokenizerError) -> Bool {
    guard let flag = value.bool else { throw wrong("true or false") }
    return flag
  }

  /// A whole number from 0 up to `limit`.
  func count(upTo limit: Int) throws(TokenizerError) -> Int {
    guard let number = value.int, number >= 0 else { throw wrong("a whole number from 0") }
    guard number <= limit else { throw fails("\(number) is more than \(limit); it cannot be real") }
    return number
  }

  /// A text of one character.
  func character() throws(TokenizerError) -> Unicode.Scalar {
    let scalars = Array(try text().unicodeScalars)
    guard scalars.count == 1 else { throw fails("expected one character, found \(scalars.count)") }
    return scalars[0]
  }

  func text(_ name: String) throws(TokenizerError) -> String { try member(name).text() }

  func flag(_ name: String) throws(TokenizerError) -> Bool { try member(name).flag() }

  func flag(_ name: String, or standard: Bool) throws(TokenizerError) -> Bool {
    try optional(name)?.flag() ?? standard
  }
}
