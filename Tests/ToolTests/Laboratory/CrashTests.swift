import TestSupport
import Testing

@Suite(.serialized) struct CrashTests {
  @Test(arguments: ["in-place", "shards-in-place", "out-of-place"])
  func `killed at any moment, the file is old or new`(_ kind: String) throws {
    try ScratchFolder.with { folder in
      let site = try CrashSite(in: folder)
      let count = Laboratory.kills(quick: 12)
      let result = try site.run("crash", [kind, "times", "\(count)", "7"], timeout: 4 * 3600)
      Laboratory.note("random kills, \(kind)", result.text)
      #expect(result.exitCode == 0, "\(result.text)\(result.errorText)")
    }
  }

  /// Containers may forbid tracing; the simulated disk makes the same experiment.
  @Test(
    .enabled(if: Facility.strace.isHere, "\(Facility.strace.need)"),
    arguments: ["in-place", "shards-in-place", "out-of-place"])
  func `killed at any file system call, the file is old or new`(_ kind: String) throws {
    try ScratchFolder.with { folder in
      let site = try CrashSite(in: folder)
      let step = Laboratory.isLong ? 1 : 6
      let result = try site.run("crash", [kind, "calls", "\(step)"], timeout: 4 * 3600)
      Laboratory.note("kills at every call, \(kind)", result.text)
      #expect(result.exitCode == 0, "\(result.text)\(result.errorText)")
    }
  }
}
