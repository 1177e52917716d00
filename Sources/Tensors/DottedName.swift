/// Names of tensors and modules, taken apart byte by byte: there can be a million in a header, and
/// searching for a text in each as text costs more than reading it.
extension StringProtocol {
  /// What lies between the dots, in order; empty parts too.
  package var dottedParts: [SubSequence] {
    var parts: [SubSequence] = []
    var start = startIndex
    for index in utf8.indices where utf8[index] == UInt8(ascii: ".") {
      parts.append(self[start..<index])
      start = utf8.index(after: index)
    }
    parts.append(self[start...])
    return parts
  }

  /// Whether the bytes of `part`, which is not empty, occur in a row.
  package func holds(_ part: String) -> Bool {
    guard let first = part.utf8.first else { return true }
    var rest = utf8[...]
    while let index = rest.firstIndex(of: first) {
      if rest[index...].starts(with: part.utf8) { return true }
      rest = rest[rest.index(after: index)...]
    }
    return false
  }
}
