import Kernels
import Tensors

/// Chooses the next token from logits.
///
/// What changes the probabilities is done in this order, all of it in f64:
///
/// | setting            | what it does                                                              |
/// |--------------------|---------------------------------------------------------------------------|
/// | repetition penalty | z / penalty, or z·penalty where z < 0, of tokens that were seen           |
/// | temperature        | z / temperature                                                           |
/// | top k              | only the k largest, and those equal to the k-th                           |
/// | top p              | only the largest whose probabilities come to p, the one that reaches it too |
/// | min p              | only those of at least min p times the largest probability                |
///
/// The order is that of transformers' `LogitsProcessorList`.
package struct Sampler: Sendable, Equatable {
  /// 0 for the most probable token.
  package var temperature = 0.0
  package var topK: Int?
  package var topP: Double?
  package var minP: Double?
  package var repetitionPenalty = 1.0

  package init() {}

  /// The token that follows.
  ///
  /// - Parameters:
  ///   - logits: [vocabulary].
  ///   - seen: The tokens so far.
  ///   - generator: Draws a number unless the temperature is 0.
  /// - Returns: nil when a logit is no number, so that there is no choice.
  package func choice(
    of logits: [some DenseScalar], after seen: some Sequence<Int32>,
    by generator: inout Generator
  ) -> Int32? {
    if temperature == 0, repetitionPenalty == 1 { return Self.largest(logits).map { Int32($0) } }
    let logits = penalized(logits.map { Double($0) }, seen)
    guard let best = Self.largest(logits) else { return nil }
    guard temperature > 0 else { return Int32(best) }
    let probabilities = kept(logits)
    let drawn = generator.uniform()
    var sum = 0.0
    var last = best
    for (token, probability) in probabilities.enumerated() where probability > 0 {
      sum += probability
      last = token
      if drawn < sum { break }
    }
    return Int32(last)
  }

  /// The probabilities of all tokens; at a temperature of 0 those at 1.
  package func probabilities(
    of logits: [Double], after seen: some Sequence<Int32>
  ) -> [Double] {
    kept(penalized(logits, seen))
  }

  /// The first of the largest; nil when one is NaN.
  @specialized(where Scalar == Float)
  private static func largest<Scalar: DenseScalar>(_ logits: [Scalar]) -> Int? {
    guard var best = logits.indices.first else { return nil }
    for index in logits.indices {
      if logits[index].isNaN { return nil }
      if logits[index] > logits[best] { best = index }
    }
    return best
  }

  private func penalized(_ logits: [Double], _ seen: some Sequence<Int32>) -> [Double] {
    guard repetitionPenalty != 1 else { return logits }
    var result = logits
    for token in Set(seen) where logits.indices.contains(Int(token)) {
      let z = logits[Int(token)]
      result[Int(token)] = z < 0 ? z * repetitionPenalty : z / repetitionPenalty
    }
    return result
  }

  private func kept(_ logits: [Double]) -> [Double] {
    var z = temperature > 0 && temperature != 1 ? logits.map { $0 / temperature } : logits
    if let topK, topK < z.count { Self.keep(topK, of: &z) }
    if let topP, topP < 1 { Self.keep(massOf: topP, of: &z) }
    if let minP {
      let p = Self.softmax(z)
      let limit = minP * (p.max() ?? 0)
      for index in z.indices where p[index] < limit { z[index] = -.infinity }
    }
    return Self.softmax(z)
  }

  private static func keep(_ count: Int, of z: inout [Double]) {
    let limit = z.sorted(by: >)[max(1, count) - 1]
    for index in z.indices where z[index] < limit { z[index] = -.infinity }
  }

  /// From the smallest up, those go whose probabilities come to no more than 1 - p; the largest stays.
  private static func keep(massOf p: Double, of z: inout [Double]) {
    let probabilities = softmax(z)
    // So small ones go whatever their order.
    let tiny = (1 - p) / Double(2 * z.count)
    var sum = 0.0
    var others: [Int] = []
    for index in z.indices {
      if probabilities[index] <= tiny {
        sum += probabilities[index]
        z[index] = -.infinity
      } else {
        others.append(index)
      }
    }
    others.sort { (probabilities[$0], $0) < (probabilities[$1], $1) }
    for index in others.dropLast() {
      sum += probabilities[index]
      guard sum <= 1 - p else { return }
      z[index] = -.infinity
    }
  }

  private static func softmax(_ z: [Double]) -> [Double] {
    let largest = z.max() ?? 0
    let powers = ElementaryFunction.exp(z.map { $0 - largest })
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}
