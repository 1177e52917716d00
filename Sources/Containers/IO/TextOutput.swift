import Kernels

/// A text written piece by piece: to standard output as it comes, or to a file that appears under its
/// name complete, or not at all.
package final class TextOutput {
  private let sink: any ContainerSink
  private var size = 0

  /// Prepares to write, inside gzip when `compresses`.
  ///
  /// - Throws: `OutputProblem`, before anything but an empty temporary exists.
  package init(
    _ destination: TensorFileDestination, compresses: Bool, threads: Int
  ) throws(ContainerError) {
    sink =
      compresses
      ? try BlockedGzipSink(destination, threads: threads)
      : try PlainSink(destination, expectedSize: 0)
  }

  /// Writes the next piece.
  package func write(_ text: String) throws(ContainerError) {
    let bytes = Array(text.utf8)
    try bytes.withBytes { (bytes) throws(ContainerError) in try sink.write(bytes, at: size) }
    size += bytes.count
  }

  /// Gives a file its name, when everything was written.
  package func finish() throws(ContainerError) { try sink.finish(with: []) }

  /// Leaves nothing of a file that is not finished.
  package func discard() { sink.discard() }
}
