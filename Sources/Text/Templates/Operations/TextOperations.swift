/// What Python's strings do, by code points.

/// `text` without characters of `set` at either or both ends; nil is white space.
func stripped(_ text: String, of set: String?, left: Bool = true, right: Bool = true) -> String {
  let unwanted = set.map { Set($0.unicodeScalars) }
  func isUnwanted(_ scalar: Unicode.Scalar) -> Bool {
    unwanted?.contains(scalar) ?? isPythonSpace(scalar)
  }
  var scalars = Substring(text).unicodeScalars
  if left { scalars = scalars.drop(while: isUnwanted) }
  while right, let last = scalars.last, isUnwanted(last) { scalars.removeLast() }
  return String(scalars)
}

/// White space as `str.isspace` has it: Unicode's, and the four separators of ASCII.
func isPythonSpace(_ scalar: Unicode.Scalar) -> Bool {
  scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
}

/// `text` with `old` replaced from the left, at most `limit` times; a negative limit is none.
func replaced(_ text: String, _ old: String, with new: String, limit: Int) -> String {
  let limit = limit < 0 ? Int.max : limit
  guard old.isEmpty else {
    return Search(for: old, in: text).pieces(limit: limit).joined(separator: new)
  }
  // Nothing stands before each character, and at the end.
  var result = ""
  for (index, scalar) in text.unicodeScalars.enumerated() {
    if index < limit { result += new }
    result.unicodeScalars.append(scalar)
  }
  return text.unicodeScalars.count < limit ? result + new : result
}

func capitalized(_ text: String) -> String {
  guard let first = text.unicodeScalars.first else { return "" }
  return first.properties.titlecaseMapping
    + String(text.unicodeScalars.dropFirst()).lowercased()
}

/// Each word with a capital first, words as Jinja has them: after blanks and `- ( { [ <`.
func titled(_ text: String) -> String {
  var result = ""
  var word = ""
  for scalar in text.unicodeScalars {
    guard isPythonSpace(scalar) || "-({[<".unicodeScalars.contains(scalar) else {
      word.unicodeScalars.append(scalar)
      continue
    }
    result += capitalized(word)
    result.unicodeScalars.append(scalar)
    word = ""
  }
  return result + capitalized(word)
}

/// `str.split` with or without a separator, from the left or the right.
func split(
  _ text: String, at separator: String?, limit: Int, fromRight: Bool = false
) throws(TemplateFailure) -> [String] {
  let limit = limit < 0 ? Int.max : limit
  guard let separator else {
    guard limit == .max else { throw TemplateFailure("split with maxsplit needs a separator here") }
    return text.unicodeScalars.split(whereSeparator: isPythonSpace).map { String($0) }
  }
  guard !separator.isEmpty else { throw TemplateFailure("split: the separator is empty") }
  guard fromRight, limit != .max else {
    return Search(for: separator, in: text).pieces(limit: limit)
  }
  let mirrored = Search(for: reversed(separator), in: reversed(text)).pieces(limit: limit)
  return mirrored.reversed().map(reversed)
}

private func reversed(_ text: String) -> String {
  String(String.UnicodeScalarView(text.unicodeScalars.reversed()))
}
