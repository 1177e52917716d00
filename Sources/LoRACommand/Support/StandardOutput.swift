import SystemPackage
import Tensors

/// The checked way to stdout: Swift's `print` reports success on a full device.
package enum StandardOutput {
  /// Writes all of `text`, at once and unbuffered.
  ///
  /// - Throws: `QuietTermination` when the reader is gone, else `StandardStreamError`.
  package static func write(_ text: String) throws {
    do {
      try FileDescriptor.standardOutput.writeAll(text.utf8)
    } catch Errno.brokenPipe {
      throw QuietTermination(signal: 13)
    } catch let error as Errno {
      throw StandardStreamError(stream: "stdout", cause: error)
    }
  }
}

/// A standard stream that did not take what was written to it.
struct StandardStreamError: ReportableError {
  let stream: String
  let cause: Errno

  var category: FailureCategory { .inputOutput }

  var description: String { "\(stream): cannot write: \(cause); nothing more was printed" }
}
