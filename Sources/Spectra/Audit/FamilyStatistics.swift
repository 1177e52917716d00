#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What is usual in a family of modules: the same projection over the layers.
///
/// Medians, and median deviations from them, which a few strange members do not move. A member
/// stands out when it is further from the median than `AdapterAudit.deviations` times the usual
/// deviation, 1.4826 · MAD (the standard deviation of normal numbers), and by a factor that matters.
///
/// Source: P. Rousseeuw, C. Croux, Alternatives to the median absolute deviation, 1993.
package struct FamilyStatistics: Sendable {
  /// One quantity over a family.
  package struct Quantity: Sendable {
    package let median: Double
    /// 1.4826 · MAD, of logarithms where factors count.
    let deviation: Double
    private let isRatio: Bool

    init(_ values: [Double], isRatio: Bool) {
      self.isRatio = isRatio
      let known = isRatio ? values.filter { $0 > 0 }.map { log($0) } : values
      let middle = Self.median(known)
      median = isRatio ? exp(middle) : middle
      deviation = 1.4826 * Self.median(known.map { abs($0 - middle) })
    }

    /// How many usual deviations a value is off; nil where that is not enough to stand out.
    func deviations(of value: Double, atLeast least: Double, by step: Double) -> Double? {
      let distance = isRatio ? log(value) - log(median) : value - median
      guard abs(distance) >= (isRatio ? log(step) : step) else { return nil }
      let count = deviation > 0 ? abs(distance) / deviation : .infinity
      return count >= least ? count : nil
    }

    private static func median(_ values: [Double]) -> Double {
      let sorted = values.sorted()
      guard !sorted.isEmpty else { return 0 }
      let half = sorted.count / 2
      return sorted.count.isMultiple(of: 2) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[half]
    }
  }

  package let name: String
  package let count: Int
  package let norm: Quantity
  package let stableRank: Quantity
  package let outputShare: Quantity
  package let inputShare: Quantity

  /// The statistics of members that add something.
  init(_ name: String, _ members: [ModuleMeasures]) {
    self.name = name
    count = members.count
    norm = Quantity(members.map(\.norm), isRatio: true)
    stableRank = Quantity(members.map(\.stableRank), isRatio: true)
    outputShare = Quantity(members.map(\.outputShare), isRatio: false)
    inputShare = Quantity(members.map(\.inputShare), isRatio: false)
  }
}
