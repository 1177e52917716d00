import JSON
import Kernels

/// Rotary position embeddings: the head's numbers k and k + n/2 turn by the angle position·f[k].
///
/// Source: <https://arxiv.org/abs/2104.09864>; the kinds as `modeling_rope_utils.py` in transformers
/// computes them.
package struct RotaryDesign: Sendable, Equatable {
  package enum Scaling: Sendable, Equatable {
    case none
    /// Frequencies divided by a factor.
    case linear(factor: Double)
    /// Dynamic NTK: θ grows with the sequence once it passes `RotaryDesign.limit`.
    case dynamic(factor: Double)
    case yarn(YaRN)
    case llama3(Llama3)
    case longrope(LongRoPE)
  }

  /// Source: <https://arxiv.org/abs/2309.00071>.
  package struct YaRN: Sendable, Equatable {
    package let factor: Double
    package let original: Int
    package let fast: Double
    package let slow: Double
    /// Whether the ramp's ends are whole dimensions.
    package let truncates: Bool
    package let attentionFactor: Double
  }

  package struct Llama3: Sendable, Equatable {
    package let factor: Double
    package let low: Double
    package let high: Double
    package let original: Int
  }

  /// Source: <https://arxiv.org/abs/2402.13753>.
  package struct LongRoPE: Sendable, Equatable {
    package let long: [Double]
    package let short: [Double]
    package let original: Int
    package let attentionFactor: Double
  }

  package let theta: Double
  /// n, the numbers of a head that turn.
  package let width: Int
  /// Frequencies above 0: all n/2, and for `proportional` fewer, the others being 0.
  package let turning: Int
  /// What k is divided by in θ^(-2k/period): n, but for `proportional` the head's width.
  package let period: Int
  package let scaling: Scaling
  /// Positions that the model was made for.
  package let limit: Int
}

/// The angles of a sequence per position, and what cosine and sine are multiplied by.
package struct RotaryFrequencies: Sendable, Equatable {
  package let values: [Double]
  package let factor: Double
}

extension RotaryDesign {
  /// Whether sequences of these two lengths turn by the same angles.
  package func isSame(for one: Int, and other: Int) -> Bool {
    switch scaling {
    case .dynamic: max(one, limit) == max(other, limit)
    case .longrope(let long): (one > long.original) == (other > long.original)
    default: true
    }
  }

  /// The frequencies for a sequence of `length` tokens.
  package func frequencies(length: Int) -> RotaryFrequencies {
    let plain = powers(of: theta)
    let (values, factor): ([Double], Double) =
      switch scaling {
      case .none: (plain, 1)
      case .linear(let factor): (plain.map { $0 / factor }, 1)
      case .dynamic(let factor): (powers(of: grown(length, factor)), 1)
      case .yarn(let yarn): (blended(plain, yarn), yarn.attentionFactor)
      case .llama3(let llama): (plain.map { smoothed($0, llama) }, 1)
      case .longrope(let long):
        (
          zip(plain, length > long.original ? long.long : long.short).map { $0 / $1 },
          long.attentionFactor
        )
      }
    return RotaryFrequencies(
      values: values + Array(repeating: 0, count: width / 2 - turning), factor: factor)
  }

  /// θ^(-2k/period).
  private func powers(of theta: Double) -> [Double] {
    let logarithm = naturalLogarithm(theta)
    return exponential((0..<turning).map { -Double(2 * $0) / Double(period) * logarithm })
  }

  private func grown(_ length: Int, _ factor: Double) -> Double {
    guard length > limit, width > 2 else { return theta }
    let growth = factor * Double(length) / Double(limit) - (factor - 1)
    let exponent = Double(width) / Double(width - 2)
    return theta * exponential([exponent * naturalLogarithm(growth)])[0]
  }

  private func smoothed(_ frequency: Double, _ llama: Llama3) -> Double {
    let wave = 2 * Double.pi / frequency
    let original = Double(llama.original)
    if wave > original / llama.low { return frequency / llama.factor }
    if wave < original / llama.high { return frequency }
    let smooth = (original / wave - llama.low) / (llama.high - llama.low)
    return (1 - smooth) * frequency / llama.factor + smooth * frequency
  }

  private func blended(_ plain: [Double], _ yarn: YaRN) -> [Double] {
    func dimension(ofTurns turns: Double) -> Double {
      Double(width) * naturalLogarithm(Double(yarn.original) / (turns * 2 * .pi))
        / (2 * naturalLogarithm(theta))
    }
    var (low, high) = (dimension(ofTurns: yarn.fast), dimension(ofTurns: yarn.slow))
    if yarn.truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    (low, high) = (max(low, 0), min(high, Double(width - 1)))
    if low == high { high += 0.001 }
    return plain.enumerated().map { index, frequency in
      let ramp = min(1, max(0, (Double(index) - low) / (high - low)))
      return frequency / yarn.factor * ramp + frequency * (1 - ramp)
    }
  }
}

/// Our own logarithm, whose bits are every machine's.
func naturalLogarithm(_ x: Double) -> Double { ElementaryFunction.log([x])[0] }

private func exponential(_ x: [Double]) -> [Double] { ElementaryFunction.exp(x) }
