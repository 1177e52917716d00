/// Escapes and character sets.
extension PatternParser {
  mutating func parseEscape() throws(PatternError) -> PatternNode {
    let start = position
    position += 1
    guard let scalar = next else { throw syntax("bad escape (end of pattern)") }
    switch scalar {
    case "b", "B":
      position += 1
      return .wordBoundary(negated: scalar == "B")
    case "A":
      position += 1
      return .start
    case "Z":
      position += 1
      return .absoluteEnd
    case "1"..."9":
      throw .unsupported(construct: "a back-reference", offset: start)
    default:
      return .scalar(try parseEscapedSet())
    }
  }

  /// The set that the escape at the current position stands for; the backslash is already read.
  private mutating func parseEscapedSet() throws(PatternError) -> ScalarSet {
    guard let scalar = next else { throw syntax("bad escape (end of pattern)") }
    position += 1
    switch scalar {
    case "d": return .digit
    case "D": return .digit.inverted
    case "w": return .word
    case "W": return .word.inverted
    case "s": return .space
    case "S": return .space.inverted
    case "n": return ScalarSet("\n")
    case "r": return ScalarSet("\r")
    case "t": return ScalarSet("\t")
    case "f": return ScalarSet("\u{C}")
    case "v": return ScalarSet("\u{B}")
    case "a": return ScalarSet("\u{7}")
    case "0": return ScalarSet("\0")
    case "x": return try parseHexadecimal(digits: 2)
    case "u": return try parseHexadecimal(digits: 4)
    case "a"..."z", "A"..."Z", "0"..."9":
      throw .syntax(problem: "bad escape \\\(scalar)", offset: position - 2)
    default:
      return ScalarSet(scalar)
    }
  }

  private mutating func parseHexadecimal(digits: Int) throws(PatternError) -> ScalarSet {
    let end = position + digits
    guard end <= text.count else { throw syntax("incomplete escape") }
    var value: UInt32 = 0
    while position < end {
      guard let digit = Character(text[position]).hexDigitValue else {
        throw syntax("incomplete escape")
      }
      value = value * 16 + UInt32(digit)
      position += 1
    }
    guard let scalar = Unicode.Scalar(value) else { throw syntax("not a character") }
    return ScalarSet(scalar)
  }

  mutating func parseClass() throws(PatternError) -> ScalarSet {
    let start = position
    position += 1
    let negated = take("^")
    var set = ScalarSet()
    var isFirst = true
    while isFirst || next != "]" {
      isFirst = false
      guard next != nil else {
        throw .syntax(problem: "unterminated character set", offset: start)
      }
      let low = try parseClassItem()
      guard next == "-", position + 1 < text.count, text[position + 1] != "]" else {
        set.formUnion(low)
        continue
      }
      position += 1
      let high = try parseClassItem()
      guard let first = low.single, let last = high.single, first <= last else {
        throw syntax("bad character range")
      }
      set.insert(first...last)
    }
    position += 1
    return negated ? set.inverted : set
  }

  private mutating func parseClassItem() throws(PatternError) -> ScalarSet {
    guard let scalar = next else { throw syntax("unterminated character set") }
    position += 1
    guard scalar == "\\" else { return ScalarSet(scalar) }
    if next == "b" {
      position += 1
      return ScalarSet("\u{8}")
    }
    return try parseEscapedSet()
  }
}
