/// What a test may need of the machine beyond the package; a test without it is reported as skipped,
/// with these words, and never passes in silence.
package enum Facility: String, CaseIterable, Sendable {
  /// A tracer of system calls that may trace here.
  case strace = "strace, and the permission to trace (ptrace)"
  /// The permission to mount a small disk.
  case mounting = "the permission to mount a tmpfs"
  case gzip = "gzip"
  case pigz = "pigz"
  case python = "python3"

  /// What is said of a test that is skipped without it.
  package var need: String { "needs \(rawValue)" }

  /// Whether it is here, tried once.
  package var isHere: Bool { Self.found.contains(self) }

  private static let found = Set(
    allCases.filter { (try? Tool.shell($0.trial))?.exitCode == 0 })

  private var trial: String {
    switch self {
    case .strace: "strace -o /dev/null -e trace=none true"
    case .mounting:
      """
      folder=$(mktemp -d) && mount -t tmpfs -o size=1m tmpfs "$folder" && umount "$folder"
      status=$?; rmdir "$folder"; exit $status
      """
    case .gzip: "command -v gzip"
    case .pigz: "command -v pigz"
    case .python: "python3 -c 'import gzip'"
    }
  }
}
