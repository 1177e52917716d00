/// How the learning rate changes over a run.
///
/// With a warm-up of w steps, step k < w (from 0) has rate·k/w, so the first step has rate 0. After
/// it the rate stays, or falls to 0 at the end of the run, on a line or on half a cosine.
/// Source: `transformers.get_cosine_schedule_with_warmup` and its linear and constant siblings.
package struct Schedule: Sendable, Equatable {
  package enum Shape: String, Sendable, CaseIterable {
    case constant
    case linear
    case cosine
  }

  /// Steps of the warm-up, or their share of the run's steps.
  package enum Warmup: Sendable, Equatable {
    case steps(Int)
    /// At least 0 and below 1.
    case share(Double)

    /// The warm-up of a run of `total` steps; a share is rounded up, as transformers does.
    package func steps(of total: Int) -> Int {
      switch self {
      case .steps(let steps): steps
      case .share(let share): Int((share * Double(total)).rounded(.up))
      }
    }
  }

  package let shape: Shape
  /// The rate after the warm-up.
  package let rate: Double
  package let warmup: Int
  /// The steps of the whole run.
  package let steps: Int

  package init(_ shape: Shape = .constant, rate: Double, warmup: Int = 0, steps: Int) {
    precondition(warmup >= 0 && steps >= 0)
    (self.shape, self.rate, self.warmup, self.steps) = (shape, rate, warmup, steps)
  }

  /// The rate of step `k`, counted from 0.
  package func rate(at k: Int) -> Double {
    if k < warmup { return rate * Double(k) / Double(max(1, warmup)) }
    let rest = Double(max(1, steps - warmup))
    switch shape {
    case .constant: return rate
    case .linear: return rate * max(0, Double(steps - k) / rest)
    case .cosine: return rate * max(0, 0.5 * (1 + cosine(ofHalfTurns: Double(k - warmup) / rest)))
    }
  }
}

/// cos(π·t) for t from 0 to 1, within 3·10⁻¹⁶; no library's function, so that it has the same bits on
/// every machine.
///
/// By symmetry the angle x is at most π/4, where the series of cosine and sine, after x¹⁶ and x¹⁷,
/// leave less than 10⁻¹⁷.
private func cosine(ofHalfTurns t: Double) -> Double {
  if t > 0.5 { return -cosine(ofHalfTurns: 1 - t) }
  let isSine = t > 0.25
  let x = .pi * (isSine ? 0.5 - t : t)
  var sum = 1.0
  // 1 - x²/(n(n∓1))·(1 - x²/…), n = 16, 14, …, 2
  for n in stride(from: 16.0, to: 0, by: -2) {
    sum = 1 - sum * (x * x) / (n * (isSine ? n + 1 : n - 1))
  }
  return isSine ? x * sum : sum
}
