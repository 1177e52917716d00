import Adapters
import Tensors

/// What an inspected adapter is and what it costs.
package struct AdapterSummary: Sendable {
  package let outline: AdapterOutline
  /// Elements of all its tensors.
  package let parameterCount: Int
  package let byteCount: Int
  /// The fingerprint of the base it was trained on, if recorded.
  package let baseFingerprint: String?
  /// Modules whose B is all zero, so that their update does nothing; nil when only the header was
  /// read.
  package var zeroModuleCount: Int?
  /// The base that was given to compare with.
  package var base: Inspection.Size?

  /// Different ranks, ascending.
  package var ranks: [Int] { Set(outline.modules.map(\.rank)).sorted() }
  /// Different scalings, ascending.
  package var scalings: [Double] { Set(outline.modules.map(\.scaling)).sorted() }

  /// Which modules are adapted, as the configuration says it.
  package var targets: [String] {
    (outline.configuration.targets?.words ?? []) + outline.configuration.targetParameters
  }

  /// Elements of the adapted weights for each element of the pairs that stand in for them.
  package var weightReduction: Double? {
    let pairs = outline.modules.reduce(0) { $0 + $1.parameterCount }
    guard pairs > 0 else { return nil }
    return Double(outline.modules.reduce(0) { $0 + $1.weightCount }) / Double(pairs)
  }

  /// Parameters of the base for each trained one.
  package var baseReduction: Double? {
    guard let count = base?.parameterCount, parameterCount > 0 else { return nil }
    return Double(count) / Double(parameterCount)
  }
}

extension ModuleSelection {
  /// The setting as text: names, or one expression.
  fileprivate var words: [String] {
    switch self {
    case .names(let names): names
    case .expression(let pattern): [pattern.text]
    case .allLinear: ["all-linear"]
    }
  }
}
