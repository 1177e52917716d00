extension Format {
  /// `count` as a person reads it.
  package func text(of count: Int) -> String {
    switch self {
    case .plain: String(count)
    case .grouped: thousandsApart(String(count))
    case .binaryBytes: bytes(count, step: 1024, units: ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"])
    case .bytesInFull:
      Self.binaryBytes.text(of: count)
        + (count < 1024 ? "" : " (\(thousandsApart(String(count))) bytes)")
    case .decimalBytes: bytes(count, step: 1000, units: ["kB", "MB", "GB", "TB", "PB", "EB"])
    case .ratio, .percent, .seconds, .significant: text(of: Double(count))
    }
  }

  /// `number` as a person reads it; what is not finite as `nan`, `inf` or `-inf`.
  ///
  /// Zeros at the end of a fraction are left out unless `keepsZeros`, as in a column beside numbers
  /// that have places: `25.0 %` under `13.2 %`.
  package func text(of number: Double, keepsZeros: Bool = false) -> String {
    guard number.isFinite else { return number.description }
    switch self {
    case .plain: return number.description
    case .grouped: return thousandsApart(decimal(number, places: 0))
    case .binaryBytes, .bytesInFull, .decimalBytes: return text(of: Int(number))
    case .ratio: return threeDigits(number) + "x"
    case .percent: return threeDigits(number * 100, keepsZeros: keepsZeros) + " %"
    case .seconds: return duration(number)
    case .significant(let digits):
      let text = significantDigits(number, digits, keepsZeros: keepsZeros)
      return thousandsApart(keepsZeros ? text : withoutTrailingZeros(text))
    }
  }

  /// Whether the zeros at the end of a fraction are a matter of taste in this format.
  var dropsZeros: Bool {
    switch self {
    case .percent, .significant: true
    default: false
    }
  }
}

/// A comma between each three digits of the whole part.
private func thousandsApart(_ text: String) -> String {
  let digits = text.prefix { $0 == "-" || $0.isNumber }
  let sign = digits.hasPrefix("-") ? "-" : ""
  let bare = Array(digits.dropFirst(sign.count))
  var result = ""
  for (index, digit) in bare.enumerated() {
    if index > 0 && (bare.count - index).isMultiple(of: 3) { result += "," }
    result.append(digit)
  }
  return sign + result + text.dropFirst(digits.count)
}

private func bytes(_ count: Int, step: Double, units: [String]) -> String {
  var scaled = Double(count) / step
  guard scaled.magnitude >= 1 else { return "\(count) B" }
  var unit = 0
  // Never four digits: what would round up to a thousand is one of the next unit.
  while scaled.magnitude >= 999.5, unit + 1 < units.count {
    scaled /= step
    unit += 1
  }
  return threeDigits(scaled) + " " + units[unit]
}

/// Microseconds to hours, the unit chosen by size.
private func duration(_ seconds: Double) -> String {
  switch seconds.magnitude {
  case 0: return "0 s"
  case ..<0.9995e-3: return threeDigits(seconds * 1e6) + " us"
  case ..<0.9995: return threeDigits(seconds * 1e3) + " ms"
  case ..<99.95: return threeDigits(seconds) + " s"
  default: break
  }
  let whole = Int(seconds.rounded())
  if whole < 3600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
  let minutes = Int((seconds / 60).rounded())
  return "\(minutes / 60) h \(twoDigits(minutes % 60)) min"
}

private func twoDigits(_ number: Int) -> String {
  number < 10 ? "0\(number)" : String(number)
}

/// Three significant digits, or all digits of the whole part when it is longer.
private func threeDigits(_ number: Double, keepsZeros: Bool = false) -> String {
  number.magnitude >= 999.5
    ? decimal(number, places: 0) : significantDigits(number, 3, keepsZeros: keepsZeros)
}
