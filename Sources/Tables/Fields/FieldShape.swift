/// What a field that is no number looks like.
enum FieldShape: Hashable {
  /// A day, an hour, or both.
  case date
  /// A number with a comma where the point was expected.
  case decimalComma
  /// A number whose thousands are apart.
  case thousands(String)
  /// `1,234`: a decimal comma or thousands.
  case commaOrThousands
  case infinite
  case word

  init(_ text: String) {
    self = .word
    if text.utf8.count > 80 { return }
    let word = text.drop { $0 == "+" || $0 == "-" }.lowercased()
    if ["inf", "infinity", "nan"].contains(word) {
      self = .infinite
    } else if !text.utf8.contains(where: { (0x30...0x39).contains($0) }) {
      self = .word
    } else if Self.isDate(text) {
      self = .date
    } else if let shape = Self.numberShape(text) {
      self = shape
    }
  }

  private static func numberShape(_ text: String) -> FieldShape? {
    if text.wholeMatch(of: /[+\-]?\d{1,3},\d{3}/) != nil {
      return text.drop { $0 == "+" || $0 == "-" }.hasPrefix("0") ? .decimalComma : .commaOrThousands
    }
    if text.wholeMatch(of: /[+\-]?\d*,\d+([eE][+\-]?\d+)?/) != nil { return .decimalComma }
    if text.wholeMatch(of: /[+\-]?\d{1,3}(\.\d{3})+,\d+/) != nil { return .thousands(".") }
    if text.wholeMatch(of: /[+\-]?\d{1,3}(\.\d{3}){2,}/) != nil { return .thousands(".") }
    if text.wholeMatch(of: /[+\-]?\d{1,3}(,\d{3})+(\.\d*)?/) != nil { return .thousands(",") }
    if text.wholeMatch(of: /[+\-]?\d{1,3}('\d{3})+([.,]\d*)?/) != nil { return .thousands("'") }
    if text.wholeMatch(of: /[+\-]?\d{1,3}([ \u{A0}\u{2009}\u{202F}]\d{3})+([.,]\d*)?/) != nil {
      return .thousands("space")
    }
    return nil
  }

  private static func isDate(_ text: String) -> Bool {
    let hour = /\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?/
    if text.wholeMatch(of: hour) != nil { return true }
    let month = /(?i)(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*/
    if text.contains(month) {
      if text.wholeMatch(of: /[A-Za-z]{3,9}\.? \d{1,2},? \d{4}/) != nil { return true }
      if text.wholeMatch(of: /\d{1,2}[ \-][A-Za-z]{3,9}[ \-](\d{4}|\d{2})/) != nil { return true }
    }
    let day = /(\d{4}[\-\/.]\d{1,2}[\-\/.]\d{1,2}|\d{1,2}[\-\/.]\d{1,2}[\-\/.](\d{4}|\d{2}))/
    guard let found = text.prefixMatch(of: day) else { return false }
    var rest = text[found.range.upperBound...]
    if rest.isEmpty { return true }
    guard let separator = rest.first, separator == "T" || separator == " " else { return false }
    rest = rest.dropFirst()
    guard let time = rest.prefixMatch(of: hour) else { return false }
    rest = rest[time.range.upperBound...]
    return rest.isEmpty || rest.wholeMatch(of: /Z|[+\-]\d{2}:?\d{2}/) != nil
  }
}
