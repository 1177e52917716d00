import Tensors

/// A scaling that is unusually small as alpha / r and usual as alpha / √r: the adapter was trained
/// with rank stabilization, and `use_rslora` got lost on the way.
///
/// What trainers start from has alpha between r and 2·r, which is a scaling of 1 to 2. Eight times
/// below that is small, and half of it is usual again: between these two √r is more than 4, so that
/// only ranks above 16 are spoken of, where the two forms are far apart.
enum LostRankStabilization: LintRule {
  private static let smallestUsual = 0.125
  private static let usualAgain = 0.5

  static func findings(_ outline: AdapterOutline) -> [String] {
    guard !outline.configuration.isRankStabilized,
      let module = outline.modules.first(where: { module in
        abs(module.scaling) < smallestUsual && abs(stabilized(module)) >= usualAgain
      })
    else { return [] }
    return [
      "the scaling of \(escaped(module.name)) is \(module.scaling), and would be "
        + "\(stabilized(module)) with use_rslora; was the flag lost?"
    ]
  }

  /// alpha / √r, from alpha / r.
  private static func stabilized(_ module: AdapterOutline.Module) -> Double {
    module.scaling * Double(module.rank).squareRoot()
  }
}
