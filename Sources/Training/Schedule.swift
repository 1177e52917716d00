#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

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
    case .cosine: return rate * max(0, 0.5 * (1 + cos(.pi * Double(k - warmup) / rest)))
    }
  }
}
