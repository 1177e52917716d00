/// The rank that kohya's `resize_lora.py` gives a matrix.
///
/// S are the singular values, as many as the matrix has rows or columns, zeros counted:
///
/// | method           | index                                                         |
/// |------------------|---------------------------------------------------------------|
/// | `sv_ratio p`     | how many values are above S₀ / p                              |
/// | `sv_cumulative p`| 1 + the first place where ΣS reaches p of the sum             |
/// | `sv_fro p`       | 1 + the first place where ΣS² reaches p² of the sum           |
///
/// The index is held within 1 and the last place; the rank is one more, and at most the highest allowed.
///
/// Source: <https://github.com/kohya-ss/sd-scripts/blob/main/networks/resize_lora.py>
package struct KohyaRank: Sendable, Equatable {
  package enum Method: String, Sendable, CaseIterable {
    case ratio = "sv_ratio"
    case cumulative = "sv_cumulative"
    case frobenius = "sv_fro"
  }

  package let method: Method
  /// p.
  package let keep: Double
  /// The highest rank; nil for the one that the module has.
  package let most: Int?
  /// The same of convolutions.
  package let mostOfConvolutions: Int?

  package init(_ method: Method, keep: Double, most: Int?, mostOfConvolutions: Int?) {
    (self.method, self.keep) = (method, keep)
    (self.most, self.mostOfConvolutions) = (most, mostOfConvolutions)
  }

  /// The rank of a matrix.
  ///
  /// - Parameters:
  ///   - values: The singular values that are not zero, falling.
  ///   - count: How many there are with the zeros.
  ///   - isConvolution: Whether the module is one.
  /// - Returns: From 1 to as many as there are values.
  func rank(values: [Double], count: Int, isConvolution: Bool) -> Int {
    guard let first = values.first, first > 0 else { return 1 }
    let index: Int
    switch method {
    case .ratio: index = values.count { $0 > first / keep }
    case .cumulative: index = Self.reach(values, share: keep) + 1
    case .frobenius: index = Self.reach(values.map { $0 * $0 }, share: keep * keep) + 1
    }
    let limit = (isConvolution ? mostOfConvolutions ?? most : most) ?? values.count
    return min(max(1, min(index, count - 1)) + 1, limit, values.count)
  }

  /// The first place where the sum reaches this share of the whole.
  private static func reach(_ values: [Double], share: Double) -> Int {
    let total = values.reduce(0, +)
    var sum = 0.0
    for (index, value) in values.enumerated() {
      sum += value
      if sum / total >= share { return index }
    }
    return values.count
  }
}
