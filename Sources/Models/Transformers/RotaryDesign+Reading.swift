import JSON
import Tensors

/// The settings of rotary embeddings as transformers 5 has them, in `rope_parameters`, and as it had
/// them before: `rope_theta`, `rope_scaling` and a few of a model's own.
struct RotarySettings {
  let file: String
  /// `rope_parameters`, of one kind of layer where it tells them apart, or `rope_scaling`.
  let parameters: SettingReader<SettingProblem>
  let theta: Double
  /// The share of a head's width that turns.
  let share: Double
  let headWidth: Int
  let limit: Int
  /// `original_max_position_embeddings` beside the parameters, which comes first.
  let original: Int?

  private static let known = [
    "default", "linear", "dynamic", "yarn", "llama3", "longrope", "su", "proportional",
  ]

  /// - Throws: `SettingProblem` for a kind that is not known and numbers that cannot be.
  func design() throws(SettingProblem) -> RotaryDesign {
    var kind = try parameters.text("rope_type")
    if kind == nil { kind = try parameters.text("type") }
    return try design(kind ?? "default")
  }

  private func design(_ kind: String) throws(SettingProblem) -> RotaryDesign {
    let width = try checkedWidth(isWhole: kind == "proportional")
    var turning = width / 2
    var period = width
    if kind == "proportional" {
      (turning, period) = (Int(share * Double(headWidth)) / 2, headWidth)
    }
    return RotaryDesign(
      theta: theta, width: width, turning: turning, period: period,
      scaling: try scaling(kind, width / 2), limit: limit)
  }

  private func scaling(
    _ kind: String, _ count: Int
  ) throws(SettingProblem) -> RotaryDesign.Scaling {
    switch kind {
    case "default": return .none
    case "linear": return .linear(factor: try factor())
    case "proportional": return .linear(factor: try positive("factor") ?? 1)
    case "dynamic": return .dynamic(factor: try factor())
    // Phi-3 once called its own kind so.
    case "yarn" where parameters.has("long_factor"): return .longrope(try longrope(count))
    case "yarn": return .yarn(try yarn())
    case "llama3": return .llama3(try llama3())
    case "longrope", "su": return .longrope(try longrope(count))
    default: throw unknown(kind)
    }
  }

  private func checkedWidth(isWhole: Bool) throws(SettingProblem) -> Int {
    let width = isWhole ? headWidth : Int(Double(headWidth) * share)
    guard share > 0, width >= 2, width <= headWidth, width.isMultiple(of: 2) else {
      throw problem(
        "partial_rotary_factor", "\(share) of a head's \(headWidth) numbers cannot turn in pairs")
    }
    guard theta > 1 else {
      throw problem("rope_theta", "expected a number above 1, found \(theta)")
    }
    return width
  }

  private func unknown(_ kind: String) -> SettingProblem {
    problem(
      "rope_type",
      "\"\(escaped(kind))\" is not known here; known are " + Self.known.joined(separator: ", "))
  }

  private func problem(_ name: String, _ problem: String) -> SettingProblem {
    .setting(file: file, name: name, problem: problem)
  }

  private func positive(_ name: String) throws(SettingProblem) -> Double? {
    guard let value = try parameters.number(name) else { return nil }
    guard value > 0 else { throw problem(name, "expected a number above 0, found \(value)") }
    return value
  }

  private func required(_ name: String) throws(SettingProblem) -> Double {
    guard let value = try positive(name) else { throw problem(name, "is missing") }
    return value
  }

  private func factor() throws(SettingProblem) -> Double { try required("factor") }

  /// Positions before they were extended.
  private func originalLimit() throws(SettingProblem) -> Int {
    if let original { return original }
    guard let value = try parameters.integer("original_max_position_embeddings") else {
      return limit
    }
    guard value > 1 else {
      throw problem("original_max_position_embeddings", "expected more than 1, found \(value)")
    }
    return value
  }

  private func yarn() throws(SettingProblem) -> RotaryDesign.YaRN {
    let original = try originalLimit()
    let factor = try positive("factor") ?? Double(limit) / Double(original)
    func scale(_ multiplier: Double) -> Double {
      factor <= 1 ? 1 : 0.1 * multiplier * naturalLogarithm(factor) + 1
    }
    var attention = scale(1)
    if let one = try positive("mscale"), let all = try positive("mscale_all_dim") {
      attention = scale(one) / scale(all)
    }
    let truncates = parameters.value("truncate") == nil ? true : try parameters.flag("truncate")
    return RotaryDesign.YaRN(
      factor: factor, original: original, fast: try positive("beta_fast") ?? 32,
      slow: try positive("beta_slow") ?? 1, truncates: truncates,
      attentionFactor: try positive("attention_factor") ?? attention)
  }

  private func llama3() throws(SettingProblem) -> RotaryDesign.Llama3 {
    let (low, high) = (try required("low_freq_factor"), try required("high_freq_factor"))
    guard low < high else {
      throw problem("high_freq_factor", "expected more than low_freq_factor, \(low), found \(high)")
    }
    return RotaryDesign.Llama3(
      factor: try factor(), low: low, high: high, original: try originalLimit())
  }

  private func longrope(_ count: Int) throws(SettingProblem) -> RotaryDesign.LongRoPE {
    let original = try originalLimit()
    let factor = try positive("factor") ?? Double(limit) / Double(original)
    let attention =
      factor <= 1
      ? 1
      : (1 + naturalLogarithm(factor) / naturalLogarithm(Double(original))).squareRoot()
    return RotaryDesign.LongRoPE(
      long: try factors("long_factor", count), short: try factors("short_factor", count),
      original: original, attentionFactor: try positive("attention_factor") ?? attention)
  }

  private func factors(_ name: String, _ count: Int) throws(SettingProblem) -> [Double] {
    let values = parameters.value(name)?.array?.compactMap(\.double) ?? []
    guard values.count == count, values.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw problem(name, "expected a list of \(count) numbers above 0")
    }
    return values
  }
}
