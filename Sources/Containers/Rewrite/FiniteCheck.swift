import Kernels
import Tensors

/// Finds what became infinite or NaN on its way from one format to another.
package enum FiniteCheck {
  /// A number that was finite before.
  package struct Failure: Sendable {
    /// Its index in the range that was checked.
    package let index: Int
    /// What it became.
    package let value: Double
  }

  /// The first element that is finite in `before` and not in `after`, if any.
  ///
  /// - Parameters:
  ///   - before: The elements as they were.
  ///   - source: Their format.
  ///   - after: As many elements as they became.
  ///   - result: The format of those.
  /// - Returns: The first that was finite and is not any more.
  package static func firstFailure(
    before: RawSpan, in source: FloatFormat, after: RawSpan, in result: FloatFormat
  ) -> Failure? {
    guard let index = firstIndex(before: before, in: source, after: after, in: result) else {
      return nil
    }
    let size = result.byteCount
    let bytes = after.extracting((index * size)..<((index + 1) * size))
    return Failure(index: index, value: FloatCoding.doubles(of: bytes, as: result)[0])
  }

  private static func firstIndex(
    before: RawSpan, in source: FloatFormat, after: RawSpan, in result: FloatFormat
  ) -> Int? {
    // Nearly always nothing is there to compare.
    guard FloatScan.nonFiniteCount(in: after, format: result) > 0 else { return nil }
    guard source != result else {
      return FloatScan.firstNewNonFinite(before: before, after: after, format: result)
    }
    let old = FloatCoding.doubles(of: before, as: source)
    let new = FloatCoding.doubles(of: after, as: result)
    return zip(old, new).enumerated().first { $1.0.isFinite && !$1.1.isFinite }?.offset
  }
}
