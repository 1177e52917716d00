import TestSupport
import Testing

@Suite struct FullDiskTests {
  /// Mounting needs privileges; the simulated disk makes the same experiment.
  @Test(
    .enabled(if: Facility.mounting.isHere, "\(Facility.mounting.need)"),
    arguments: [
      "swap-in-place", "merge-in-place", "shards-in-place", "merge", "merge-over",
      "merge-reversible", "merge-folder",
    ])
  func `whatever room a disk lacks, what was there stays and the message says why`(
    _ kind: String
  ) throws {
    try ScratchFolder.with { folder in
      let site = try CrashSite(in: folder)
      // A page at a time is every point at which this disk can be full.
      let step = Laboratory.isLong ? 4 : 16
      let result = try site.run("full-disk", [kind, "\(step)"], timeout: 3600)
      Laboratory.note("full disk, \(kind)", result.text)
      #expect(result.exitCode == 0, "\(result.text)\(result.errorText)")
    }
  }
}
