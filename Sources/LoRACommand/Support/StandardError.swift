import Synchronization
import SystemPackage

/// The way to stderr for warnings, progress and errors: what cannot be said there is dropped.
package enum StandardError {
  /// Whether the last thing on stderr is a progress line, without a line feed.
  private static let hasOpenLine = Mutex(false)

  /// Writes `line` and a line feed; a progress line that stands there is wiped first.
  package static func write(line: String) {
    hasOpenLine.withLock { isOpen in
      put((isOpen ? wipe : "") + line + "\n")
      isOpen = false
    }
  }

  /// Puts `text` in place of the progress line; an empty text only wipes it.
  static func redraw(_ text: String) {
    hasOpenLine.withLock { isOpen in
      guard isOpen || !text.isEmpty else { return }
      put(wipe + text)
      isOpen = !text.isEmpty
    }
  }

  /// Back to the first column, and clear to the end of the line.
  private static let wipe = "\r\u{1B}[K"

  private static func put(_ text: String) {
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }
}
