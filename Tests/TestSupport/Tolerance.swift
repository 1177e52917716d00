/// How far a value may lie from the expected one: |got - expected| <= absolute + relative·|expected|.
package struct Tolerance: Sendable {
  package let absolute: Double
  package let relative: Double

  package init(absolute: Double = 0, relative: Double = 0) {
    self.absolute = absolute
    self.relative = relative
  }

  /// The worst element that lies outside, as a sentence; nil when all fit and the counts are equal.
  ///
  /// A NaN fits nothing.
  package func complaint(_ got: [Double], _ expected: [Double]) -> String? {
    guard got.count == expected.count else {
      return "\(got.count) values, expected \(expected.count)"
    }
    var worst: (index: Int, excess: Double)?
    for index in got.indices {
      let distance = (got[index] - expected[index]).magnitude
      let excess = distance - (absolute + relative * expected[index].magnitude)
      guard !(excess <= 0) else { continue }
      if worst == nil || !(excess <= (worst?.excess ?? 0)) { worst = (index, excess) }
    }
    return worst.map { worst in
      "value \(worst.index) is \(got[worst.index]), expected \(expected[worst.index])"
    }
  }
}
