import Kernels
import Tensors

/// Computes the new elements of a tensor, a range at a time.
///
/// Ranges of one tensor arrive in any order and on several threads at once.
package protocol TensorTransform: AnyObject, Sendable {
  /// Whether `prepare` has to see the whole tensor before the first range.
  var readsTensorFirst: Bool { get }

  /// Called before each `apply`, from any thread; what has to be done once is done by the first.
  ///
  /// - Parameter read: Gives the old bytes of any range, if `readsTensorFirst`.
  /// - Throws: What `read` throws, or why the tensor cannot be changed.
  func prepare(_ read: TensorBytes) throws

  /// Computes a range of elements.
  ///
  /// - Parameters:
  ///   - elements: Row-major indices into the tensor.
  ///   - source: The old bytes of those elements.
  ///   - destination: Room for the new bytes of those elements, to be overwritten whole.
  /// - Throws: Why the tensor cannot be changed, as a result that is not finite.
  func apply(
    _ elements: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws

  /// The digests of the old and the new bytes of a range that was just applied, a fingerprint's chunk
  /// on both sides, where the transform has taken them; nil where it has not.
  func digests(of elements: Range<Int>) -> (old: Digest?, new: Digest?)

  /// The last range is done: what was computed for this tensor can be let go.
  ///
  /// More ranges may follow in a second pass over the same bytes, as a change in place makes one.
  func finish()

  /// What `prepare` found by reading the whole tensor; nil when it does not read.
  ///
  /// It stays after `finish`, and a second pass uses it instead of reading again: by then part of the
  /// tensor is overwritten.
  var preparation: [UInt8]? { get }

  /// Takes over the `preparation` of an equal transform, perhaps of another process.
  func resume(with preparation: [UInt8])
}

/// Fills a buffer with the bytes `range` of a tensor; the buffer is as long as the range.
package typealias TensorBytes = (
  _ range: Range<Int>, _ destination: inout MutableRawSpan
) throws -> Void

extension TensorTransform {
  package var readsTensorFirst: Bool { false }

  package func prepare(_ read: TensorBytes) throws {}

  package func digests(of elements: Range<Int>) -> (old: Digest?, new: Digest?) { (nil, nil) }

  package var preparation: [UInt8]? { nil }

  package func resume(with preparation: [UInt8]) {}
}

/// Rounds a tensor to another floating-point type, each element once to nearest even.
package final class ConversionTransform: TensorTransform {
  private let name: String
  private let source: FloatFormat
  private let result: FloatFormat

  /// A conversion of the tensor `name`, which errors blame.
  package init(_ name: String, from source: FloatFormat, to result: FloatFormat) {
    self.name = name
    self.source = source
    self.result = result
  }

  package func apply(
    _ elements: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws {
    FloatCoding.convert(source, from: self.source, into: &destination, as: result)
    let failure = FiniteCheck.firstFailure(
      before: source, in: self.source, after: destination.bytes, in: result)
    guard let failure else { return }
    let index = elements.lowerBound + failure.index
    throw ContainerError(
      file: "", tensor: name,
      .checkpoint(.becomesInfinite(index: index, type: DType(result).rawValue)))
  }

  package func finish() {}
}
