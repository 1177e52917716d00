import Containers
import Tensors

/// What two files have under one name, compared.
package struct ComparedTensor: Sendable, Equatable {
  /// How the two relate.
  package enum Verdict: String, Sendable {
    /// The same values in the same bits; of two types, the same values.
    case equal
    /// The same values, some in other bits: −0 for 0, another NaN; of adapters, other factors of
    /// the same delta.
    case otherBits = "equal in other bits"
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
  /// Elements of other values.
  package var differingCount: Int?
  /// Elements of the same value in other bits.
  package var otherBitsCount: Int?
  /// The largest magnitude of a difference; infinite where one side alone is infinite or NaN.
  package var maximum: Double?
  /// ‖second − first‖ / ‖first‖; infinite against zeros, and where a difference is.
  package var relative: Double?

  package static func == (left: Self, right: Self) -> Bool {
    left.name == right.name && left.verdict == right.verdict && left.forms == right.forms
      && left.elementCount == right.elementCount && left.differingCount == right.differingCount
      && left.otherBitsCount == right.otherBitsCount && left.maximum == right.maximum
      && left.relative == right.relative
  }

  /// Whether the two have the same values, or nearly so where a tolerance was given.
  package var isEqual: Bool { verdict == .equal || verdict == .otherBits }

  /// Calls a small difference none; without a tolerance every difference is one.
  func tolerating(_ tolerance: Double) -> ComparedTensor {
    guard tolerance > 0, verdict == .different, let relative, relative <= tolerance else {
      return self
    }
    var result = self
    result.verdict = .equal
    return result
  }
}

extension TensorEntry {
  /// Type and shape, as `BF16 [4096, 4096]`.
  var form: String { "\(type.rawValue) \(shape)" }
}
