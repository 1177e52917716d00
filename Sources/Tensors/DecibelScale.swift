/// Ratios of powers in decibels.
package enum DecibelScale {
  /// 10·log10(ratio) of a positive finite ratio.
  package static func value(of ratio: Double) -> Double {
    10 * naturalLogarithm(ratio) / 2.302_585_092_994_045_7
  }
}
