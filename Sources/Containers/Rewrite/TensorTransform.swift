import Tensors

/// Computes the new bytes of a tensor, chunk by chunk.
///
/// Chunks of one tensor arrive in any order and on several threads at once.
package protocol TensorTransform: AnyObject, Sendable {
  /// Whether `prepare` has to see the whole tensor before the first chunk.
  var readsTensorFirst: Bool { get }

  /// Called before each `apply`, from any thread; what has to be done once is done by the first.
  ///
  /// - Parameter read: Gives the old bytes of any range, if `readsTensorFirst`.
  /// - Throws: What `read` throws, or why the tensor cannot be changed.
  func prepare(_ read: TensorBytes) throws

  /// Computes the bytes `range` of the tensor.
  ///
  /// - Parameters:
  ///   - range: Bytes of the tensor; both ends are whole elements.
  ///   - source: The old bytes of that range.
  ///   - destination: As many bytes, to be overwritten whole.
  /// - Throws: Why the tensor cannot be changed, as a result that is not finite.
  func apply(
    _ range: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan
  ) throws

  /// The last chunk is done: what was computed for this tensor can be let go.
  func finish()
}

/// Fills a buffer with the bytes `range` of a tensor; the buffer is as long as the range.
package typealias TensorBytes = (
  _ range: Range<Int>, _ destination: inout MutableRawSpan
) throws -> Void

extension TensorTransform {
  package var readsTensorFirst: Bool { false }

  package func prepare(_ read: TensorBytes) throws {}
}
