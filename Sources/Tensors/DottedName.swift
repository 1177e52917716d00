/// Names of tensors and modules, taken apart byte by byte: there can be a million in a header, and
/// searching for a text in each as text costs more than reading it.
extension Substring {
  /// What lies between the dots, in order; empty parts too.
  package var dottedParts: [Substring] {
    var parts: [Substring] = []
    var start = startIndex
    for index in utf8.indices where utf8[index] == UInt8(ascii: ".") {
      parts.append(self[start..<index])
      start = utf8.index(after: index)
    }
    parts.append(self[start...])
    return parts
  }
}

extension String {
  /// What lies between the dots, in order; empty parts too.
  package var dottedParts: [Substring] { self[...].dottedParts }

  /// Whether the bytes of `part`, which is not empty, occur in a row.
  package func holds(_ part: String) -> Bool {
    let (bytes, wanted) = (Array(utf8), Array(part.utf8))
    guard bytes.count >= wanted.count else { return false }
    return (0...(bytes.count - wanted.count)).contains { start in
      wanted.indices.allSatisfy { bytes[start + $0] == wanted[$0] }
    }
  }
}
