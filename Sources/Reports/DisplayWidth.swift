/// Columns that `text` takes on a terminal.
///
/// East Asian wide characters and emoji take two; marks that combine with the character before
/// them take none. Source: Unicode Standard Annex #11, and the Emoji_Presentation property.
func displayWidth(of text: String) -> Int {
  text.reduce(0) { $0 + displayWidth(of: $1) }
}

/// `text` filled up with blanks to `width` columns.
func padded(_ text: String, to width: Int, _ alignment: Alignment) -> String {
  let blanks = String(repeating: " ", count: max(0, width - displayWidth(of: text)))
  return alignment == .left ? text + blanks : blanks + text
}

/// `text` in at most `width` columns, an ellipsis in place of its middle.
func cutInTheMiddle(_ text: String, to width: Int) -> String {
  guard displayWidth(of: text) > width else { return text }
  let room = width - 1
  let front = prefix(of: text, width: room / 2)
  let back = prefix(of: String(text.reversed()), width: room - room / 2)
  return front + "…" + String(back.reversed())
}

private func prefix(of text: String, width: Int) -> String {
  var left = width
  return String(
    text.prefix { character in
      left -= displayWidth(of: character)
      return left >= 0
    })
}

private func displayWidth(of character: Character) -> Int {
  guard let first = character.unicodeScalars.first else { return 0 }
  if first.isASCII { return first.value < 0x20 || first.value == 0x7F ? 0 : 1 }
  if character.unicodeScalars.contains("\u{FE0F}") || first.properties.isEmojiPresentation {
    return 2
  }
  switch first.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format, .control: return 0
  default: return isWide(first) ? 2 : 1
  }
}

/// The blocks whose characters are of East Asian width W or F.
private func isWide(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
    0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
    0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1B000...0x1B2FF, 0x20000...0x3FFFD:
    true
  default:
    false
  }
}
