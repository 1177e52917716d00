import Tensors

/// The moment that a template is told when it asks for the time, local to whoever asks.
package struct TemplateMoment: Sendable {
  package let year: Int
  /// 1 to 12.
  package let month: Int
  package let day: Int
  package var hour = 0
  package var minute = 0
  package var second = 0

  package init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    precondition((1...12).contains(month) && (1...31).contains(day))
    (self.year, self.month, self.day) = (year, month, day)
    (self.hour, self.minute, self.second) = (hour, minute, second)
  }

  /// The day as `2024-07-26`.
  package var dateText: String { (try? formatted("%F")) ?? "" }

  /// `datetime.now().strftime(format)` in the C locale.
  func formatted(_ format: String) throws(TemplateFailure) -> String {
    var result = ""
    var scalars = format.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      guard var directive = scalars.next() else {
        throw TemplateFailure("strftime_now: \"%\" ends it")
      }
      let isUnpadded = directive == "-"
      if isUnpadded, let next = scalars.next() { directive = next }
      guard let text = text(of: directive, isUnpadded: isUnpadded) else {
        throw TemplateFailure("strftime_now: \"%\(directive)\" is not supported")
      }
      result += text
    }
    return result
  }

  private func text(of directive: Unicode.Scalar, isUnpadded: Bool) -> String? {
    func padded(_ number: Int, _ width: Int = 2) -> String {
      let digits = String(number)
      return isUnpadded
        ? digits : String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
    switch directive {
    case "Y": return padded(year, 4)
    case "y": return padded(year % 100)
    case "m": return padded(month)
    case "d": return padded(day)
    case "e": return isUnpadded || day > 9 ? String(day) : " \(day)"
    case "H": return padded(hour)
    case "I": return padded((hour + 11) % 12 + 1)
    case "M": return padded(minute)
    case "S": return padded(second)
    case "j": return padded(dayOfYear, 3)
    case "p": return hour < 12 ? "AM" : "PM"
    case "B": return Self.months[month - 1]
    case "b", "h": return String(Self.months[month - 1].prefix(3))
    case "A": return Self.weekdays[weekday]
    case "a": return String(Self.weekdays[weekday].prefix(3))
    case "F": return "\(padded(year, 4))-\(padded(month))-\(padded(day))"
    case "T": return "\(padded(hour)):\(padded(minute)):\(padded(second))"
    case "%": return "%"
    default: return nil
    }
  }

  private var dayOfYear: Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
    return before[month - 1] + day + (isLeap && month > 2 ? 1 : 0)
  }

  /// 0 is Sunday (Zeller's congruence).
  private var weekday: Int {
    let (y, m) = month < 3 ? (year - 1, month + 12) : (year, month)
    return (day + 13 * (m + 1) / 5 + y + y / 4 - y / 100 + y / 400 + 6) % 7
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]
}
