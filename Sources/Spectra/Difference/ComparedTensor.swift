import Containers
import Tensors

/// What two files have under one name, compared.
package struct ComparedTensor: Sendable, Equatable {
  /// How the two relate.
  package enum Verdict: String, Sendable {
    case equal
    case different
    /// The second file lacks it.
    case onlyInFirst = "only in the first"
    /// The first file lacks it.
    case onlyInSecond = "only in the second"
    /// They have another shape, or another type that is not computed with.
    case otherForm = "another shape or type"
  }

  package let name: String
  package var verdict: Verdict
  /// What each side is, as `BF16 [4096, 4096]`; an adapter's module as `rank 8 x 2.0 [4096, 4096]`.
  package let forms: (first: String?, second: String?)
  /// Elements in all, where they were compared one by one.
  package var elementCount: Int?
  /// Elements with other bits; of two types, with other values.
  package var differingCount: Int?
  /// The largest magnitude of a difference that is finite.
  package var maximum: Double?
  /// ‖second − first‖ / ‖first‖, over what is finite; infinite against zeros.
  package var relative: Double?

  package static func == (left: Self, right: Self) -> Bool {
    left.name == right.name && left.verdict == right.verdict && left.forms == right.forms
      && left.elementCount == right.elementCount && left.differingCount == right.differingCount
      && left.maximum == right.maximum && left.relative == right.relative
  }

  /// Calls a small difference none.
  func tolerating(_ tolerance: Double) -> ComparedTensor {
    guard verdict == .different, let relative, relative <= tolerance else { return self }
    var result = self
    result.verdict = .equal
    return result
  }
}

extension TensorEntry {
  /// Type and shape, as `BF16 [4096, 4096]`.
  var form: String { "\(type.rawValue) \(shape)" }
}
