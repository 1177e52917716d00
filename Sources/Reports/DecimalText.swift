/// `number` in decimal notation with this many places, rounded half away from zero.
///
/// Exact for magnitudes below 2^53 / 10^places; beyond, the shortest digits that read back.
func decimal(_ number: Double, places: Int) -> String {
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  let scaled = (number.magnitude * scale).rounded()
  guard scaled < 0x1p53 else { return number.description }
  let sign = number < 0 && scaled > 0 ? "-" : ""
  let digits = String(Int(scaled))
  guard places > 0 else { return sign + digits }
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  return sign + padded.dropLast(places) + "." + padded.suffix(places)
}

/// `number` with this many significant digits; in scientific notation beyond 1e-5 and 1e15.
///
/// A whole number keeps no places unless `keepsZeros`: `4`, not `4.000`.
func significantDigits(_ number: Double, _ digits: Int, keepsZeros: Bool = false) -> String {
  let size = number.magnitude
  guard size > 0 else { return "0" }
  if size == size.rounded() && size < 1e15 && !keepsZeros { return decimal(number, places: 0) }
  let exponent = decimalExponent(size, digits: digits)
  if exponent < -5 || exponent >= 15 {
    return scientific(number, exponent: exponent, digits: digits)
  }
  return decimal(number, places: max(0, digits - 1 - exponent))
}

private func scientific(_ number: Double, exponent: Int, digits: Int) -> String {
  var mantissa = number
  for _ in 0..<exponent.magnitude { mantissa = exponent > 0 ? mantissa / 10 : mantissa * 10 }
  return decimal(mantissa, places: digits - 1) + "e\(exponent)"
}

/// The power of ten of the first digit that is left after rounding to `digits` digits.
private func decimalExponent(_ size: Double, digits: Int) -> Int {
  var exponent = 0
  var mantissa = size
  while mantissa >= 10 {
    mantissa /= 10
    exponent += 1
  }
  while mantissa < 1 {
    mantissa *= 10
    exponent -= 1
  }
  var half = 5.0
  for _ in 0..<digits { half /= 10 }
  return mantissa + half >= 10 ? exponent + 1 : exponent
}

/// `0.50` as `0.5`, `10.00` as `10`; what has an exponent stays as it is.
func withoutTrailingZeros(_ text: String) -> String {
  guard text.contains("."), !text.contains("e") else { return text }
  let zeros = text.reversed().prefix { $0 == "0" }.count
  let trimmed = text.dropLast(zeros)
  return String(trimmed.last == "." ? trimmed.dropLast() : trimmed)
}
