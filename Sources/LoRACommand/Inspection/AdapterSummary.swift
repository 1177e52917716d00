/// What an inspected adapter is and what it costs.
package struct AdapterSummary: Sendable {
  /// The low-rank update of one module.
  package struct Module: Sendable, Equatable {
    package let name: String
    package let rank: Int
    package let scaling: Double
    /// Elements of A and B, and of what goes with them.
    package let parameterCount: Int
    /// Elements of the weight that the pair updates.
    package let weightCount: Int
    /// Whether B is all zero, so that the update does nothing.
    package let isZero: Bool
  }

  package let baseModel: String?
  package let baseFingerprint: String?
  package let taskType: String?
  package let alpha: Double
  package let isRankStabilized: Bool
  package let hasMagnitudes: Bool
  /// As the configuration says it: names, an expression, or `all-linear`.
  package let targets: [String]
  package let modules: [Module]
  /// Parameters that the adapter brings whole, as biases and heads.
  package let replacedNames: [String]
  package let parameterCount: Int
  package let byteCount: Int
  /// Of the base that was given: its parameters and bytes.
  package var base: (path: String, parameterCount: Int, byteCount: Int)?

  /// Different ranks, ascending.
  package var ranks: [Int] { Set(modules.map(\.rank)).sorted() }
  /// Different scalings, ascending.
  package var scalings: [Double] { Set(modules.map(\.scaling)).sorted() }

  /// Elements of the adapted weights for each element of the pairs that stand in for them.
  package var weightReduction: Double? {
    let pairs = modules.reduce(0) { $0 + $1.parameterCount }
    guard pairs > 0 else { return nil }
    return Double(modules.reduce(0) { $0 + $1.weightCount }) / Double(pairs)
  }

  /// Parameters of the base for each trained one.
  package var baseReduction: Double? {
    guard let base, parameterCount > 0 else { return nil }
    return Double(base.parameterCount) / Double(parameterCount)
  }
}
