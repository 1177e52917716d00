import Kernels
import Tensors
import Training

/// How well a language model foretells the rows of a file.
struct TextScores {
  /// The sum of the losses of each row, and how many tokens it is of.
  private(set) var rows: [(line: Int, loss: Double, tokens: Int)] = []

  mutating func add(_ line: Int, _ losses: [Double]) {
    rows.append((line, losses.reduce(0, +), losses.count))
  }

  var tokens: Int { rows.reduce(0) { $0 + $1.tokens } }

  /// Mean over all tokens, in nats.
  var loss: Double { rows.reduce(0) { $0 + $1.loss } / Double(tokens) }

  var perplexity: Double { ElementaryFunction.exp([loss])[0] }

  /// Where the mean loss of 95 % of such files lies, by the spread of the rows.
  ///
  /// That of a ratio of
  /// sums, 1.96 √(n/(n-1) Σ (lossᵢ - m·tokensᵢ)²) / Σ tokens. Nil for one row.
  var lossInterval: (low: Double, high: Double)? {
    guard rows.count > 1 else { return nil }
    let (mean, n) = (loss, Double(rows.count))
    let spread = rows.reduce(0) { sum, row in
      let rest = row.loss - mean * Double(row.tokens)
      return sum + rest * rest
    }
    let half = 1.96 * (n / (n - 1) * spread).squareRoot() / Double(tokens)
    return (max(mean - half, 0), mean + half)
  }
}
