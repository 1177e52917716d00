/// The values of one side of a panel: what is shown, and where the ticks are.
struct ChartAxis {
  let range: ClosedRange<Double>
  let isLogarithmic: Bool
  let ticks: [Double]

  /// An axis for `values`, logarithmic when they are positive and span more than two decades.
  init(_ values: [Double], allowsLogarithm: Bool, startsAtZero: Bool) {
    let finite = values.filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    if allowsLogarithm, low > 0, high / low > 100 {
      let decades = Self.floorOfLogarithm(low)...Self.floorOfLogarithm(high * 0.999_999) + 1
      isLogarithmic = true
      ticks = decades.map(Self.power)
    } else {
      isLogarithmic = false
      ticks = Self.roundTicks(startsAtZero ? min(0, low) : low, high)
    }
    range = (ticks.first ?? 0)...(ticks.last ?? 1)
  }

  /// Where `value` lies between the ends: 0 to 1.
  func position(_ value: Double) -> Double {
    guard isLogarithmic else {
      return (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    }
    let (low, high) = (Self.decades(range.lowerBound), Self.decades(range.upperBound))
    return (Self.decades(value) - low) / (high - low)
  }

  /// Four to nine round values that enclose both.
  private static func roundTicks(_ low: Double, _ high: Double) -> [Double] {
    let width = high > low ? high - low : max(abs(high), 1)
    let decade = power(floorOfLogarithm(width / 5))
    let step = [1.0, 2, 5, 10].map { $0 * decade }.first { width / $0 <= 7 } ?? 10 * decade
    let (first, last) = ((low / step).rounded(.down), (high / step).rounded(.up))
    return stride(from: first, through: max(last, first + 1), by: 1).map { $0 * step }
  }

  private static func power(_ exponent: Int) -> Double {
    (0..<abs(exponent)).reduce(1.0) { power, _ in exponent < 0 ? power / 10 : power * 10 }
  }

  /// The largest whole e with 10ᵉ ≤ x.
  private static func floorOfLogarithm(_ x: Double) -> Int {
    var exponent = 0
    while power(exponent) > x { exponent -= 1 }
    while power(exponent + 1) <= x { exponent += 1 }
    return exponent
  }

  /// log₁₀ x, accurate enough for a picture: the decade, and within it eight halvings of the rest.
  private static func decades(_ x: Double) -> Double {
    let whole = floorOfLogarithm(x)
    var (rest, result, part) = (x / power(whole), Double(whole), 0.5)
    for _ in 0..<12 {
      rest *= rest
      if rest >= 10 {
        rest /= 10
        result += part
      }
      part /= 2
    }
    return result
  }

  /// A tick's value as text.
  static func text(_ value: Double) -> String {
    if value == 0 { return "0" }
    let size = abs(value)
    if size >= 1e6 || size < 1e-4 {
      let exponent = floorOfLogarithm(size)
      let mantissa = ((value / power(exponent)) * 100).rounded() / 100
      let digits = mantissa == mantissa.rounded() ? "\(Int(mantissa))" : "\(mantissa)"
      return "\(digits)e\(exponent)"
    }
    let rounded = (value * 1e7).rounded() / 1e7
    guard rounded != rounded.rounded() else { return grouped(Int(rounded)) }
    return "\(rounded)"
  }

  private static func grouped(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return value < 0 ? "-" + text : text
  }
}
