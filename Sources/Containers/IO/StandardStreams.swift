import Synchronization
import SystemPackage

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Checked access to standard input and output: a full device is an error, a closed pipe a quiet
/// one, and a signal ends the wait.
package enum StandardStreams {
  /// Takes the descriptors 0, 1 and 2 that the process was started without, so that no file it
  /// opens gets one of them: what is printed would end up in that file.
  ///
  /// They are opened on the null device the wrong way round: reading standard input and writing
  /// to standard output fail as on a closed stream. Call it before anything is opened.
  ///
  /// - Throws: `Errno` when the null device cannot be opened.
  package static func reserve() throws(Errno) {
    for (descriptor, mode) in [(Int32(0), O_WRONLY), (1, O_RDONLY), (2, O_RDONLY)]
    where fcntl(descriptor, F_GETFD) == -1 {
      // The system gives the lowest descriptor that is free, and those below are taken.
      _ = try call { unsafe open("/dev/null", mode) }
      closed.bitwiseOr(1 << descriptor, ordering: .relaxed)
    }
  }

  /// Whether the process was started without standard input.
  static var isInputClosed: Bool { isClosed(.standardInput) }

  /// Whether what is printed on standard output or standard error goes into this regular file.
  static func areWritten(to file: FileStatus) -> Bool {
    [FileDescriptor.standardOutput, .standardError].contains { stream in
      let status = try? SystemFileSystem.shared.status(of: stream)
      return status?.kind == .file && status?.isSameFile(as: file) == true
    }
  }

  /// A bit for each descriptor that `reserve` took.
  private static let closed = Atomic<Int32>(0)

  private static func isClosed(_ descriptor: FileDescriptor) -> Bool {
    closed.load(ordering: .relaxed) & 1 << descriptor.rawValue != 0
  }

  /// Writes all of `bytes` to standard output.
  ///
  /// - Throws: `OutputProblem.closedPipe` when the reader is gone, `.closedStream` when there was
  ///   none from the start, `.streamFailed` on anything else.
  package static func write(_ bytes: RawSpan) throws(ContainerError) {
    guard !isClosed(.standardOutput) || bytes.byteCount == 0 else {
      throw ContainerError(file: "standard output", .output(.closedStream))
    }
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
          throw ContainerError(file: "standard output", .output(.streamFailed(error)))
        }
      }
    }
  }

  /// Writes `text` to standard output.
  package static func write(_ text: String) throws(ContainerError) {
    try text.withBytes { (bytes) throws(ContainerError) in try write(bytes) }
  }
}
