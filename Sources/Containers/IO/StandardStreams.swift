import SystemPackage

/// Checked access to standard input and output: a full device is an error, a closed pipe a quiet
/// one, and a signal ends the wait.
package enum StandardStreams {
  /// Writes all of `bytes` to standard output.
  ///
  /// - Throws: `OutputProblem.closedPipe` when the reader is gone, `.failed` on anything else.
  package static func write(_ bytes: RawSpan) throws(ContainerError) {
    var written = 0
    while written < bytes.byteCount {
      try Interruption.check()
      do throws(Errno) {
        written += try SystemFileSystem.shared.write(
          bytes.extracting(written..<bytes.byteCount), to: .standardOutput)
      } catch {
        switch error {
        case .interrupted: continue
        case .brokenPipe: throw ContainerError(file: "standard output", .output(.closedPipe))
        default:
          throw ContainerError(
            file: "standard output", .output(.failed(operation: "writing", error)))
        }
      }
    }
  }

  /// Writes `text` to standard output.
  package static func write(_ text: String) throws(ContainerError) {
    try text.withBytes { (bytes) throws(ContainerError) in try write(bytes) }
  }
}
