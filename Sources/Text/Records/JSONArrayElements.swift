/// The elements of a JSON array that is a whole file, one after the other, with their lines.
struct JSONArrayElements {
  private var pending: ArraySlice<UInt8> = []
  private var hasBegun = false
  private var hasEnded = false

  /// The bytes of the next element, and the line that it begins on; nil at the end of the array.
  ///
  /// - Throws: `TextDataError` when the array has no end or something stands behind it.
  mutating func next(
    from lines: inout LineReader, file: String
  ) throws -> (bytes: [UInt8], line: Int)? {
    var element = Element()
    while true {
      while let byte = pending.popFirst() {
        if hasEnded {
          guard isWhiteSpace(byte) else {
            throw problem(lines, file, "something stands behind the array")
          }
        } else if !hasBegun {
          hasBegun = byte == UInt8(ascii: "[")
        } else if element.ends(before: byte) {
          hasEnded = byte == UInt8(ascii: "]")
          if let bytes = element.bytes { return (bytes, element.line) }
        } else {
          element.append(byte, line: lines.line)
        }
      }
      guard try fill(&lines, file) else { break }
      if element.line > 0 { element.append(UInt8(ascii: "\n"), line: lines.line) }
    }
    guard hasEnded else { throw problem(lines, file, "the array has no end") }
    return nil
  }

  private mutating func fill(_ lines: inout LineReader, _ file: String) throws -> Bool {
    guard let line = try lines.next() else { return false }
    guard case .bytes(let bytes) = line else {
      throw TextDataError(
        file: file, line: lines.line, problem: .tooLong(limit: TextRecordReader.rowLimit))
    }
    pending = bytes[...]
    return true
  }

  private func problem(_ lines: LineReader, _ file: String, _ text: String) -> TextDataError {
    TextDataError(file: file, line: lines.line, problem: .notJSON(column: 1, text))
  }

  /// What was read of an element.
  private struct Element {
    private var content: [UInt8] = []
    private(set) var line = 0
    private var depth = 0
    private var isInString = false
    private var isEscaped = false

    /// The element, if anything was read.
    var bytes: [UInt8]? { line > 0 ? content : nil }

    /// Whether the element is whole and `byte` stands behind it.
    func ends(before byte: UInt8) -> Bool {
      depth == 0 && !isInString && (byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]"))
    }

    mutating func append(_ byte: UInt8, line current: Int) {
      guard line > 0 || !isWhiteSpace(byte) else { return }
      if line == 0 { line = current }
      content.append(byte)
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else {
          isInString = byte != UInt8(ascii: "\"")
        }
        return
      }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
    }
  }
}
