import Tensors

/// An initialisation that takes a part out of the base's weights before training.
enum ChangedBase: LintRule {
  static func findings(_ outline: AdapterOutline) -> [String] {
    guard let method = InitialAdapters.changingMethod(outline.configuration) else { return [] }
    return [
      "was initialised by \(escaped(method)), which changes the base before training; a merge "
        + "needs --initial-adapter"
    ]
  }
}
