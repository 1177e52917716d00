import Containers
import SystemPackage
import TestSupport
import Testing

@Suite struct OutputPowerCutTests {
  private let old = Array("old".utf8)
  private let new = (0..<100).map { UInt8($0) }

  private func write(on disk: any FileSystem) throws {
    let file = try OutputFile(
      path: "/out", options: OutputOptions(force: true), expectedSize: new.count, in: disk)
    try new.withBytes { (bytes) throws(ContainerError) in
      try file.write(bytes.extracting(60..<100), at: 60)
      try file.write(bytes.extracting(0..<60), at: 0)
    }
    try file.publish()
  }

  /// One output, cut off at a random call, and the run after it.
  ///
  /// - Returns: What went wrong; nil when all is well.
  private func trial(
    seed: UInt64, leavingOut: @escaping @Sendable (SimulatedDisk.Synchronization) -> Bool
  ) -> String? {
    var random = SeededBytes(state: seed)
    let start = SimulatedDisk()
    let replaces = random.next() % 2 == 0
    if replaces { start.put(old, at: "/out") }
    let cut = Int(random.next() % 24)
    let disk = SimulatedDisk(start.afterKill(), powerCut: cut, leavingOut: leavingOut)
    let isDone = (try? write(on: disk)) != nil
    let after = SimulatedDisk(disk.afterPowerCut(&random))
    let found = after.contents("/out")
    if isDone, found != new { return "done, and not there after the power cut" }
    guard found == new || found == (replaces ? old : nil) else { return "neither old nor new" }
    do {
      try write(on: after)
    } catch {
      return "the next run fails: \(error)"
    }
    let names = try? after.names(inFolder: "/")
    return names == ["out"] && after.contents("/out") == new ? nil : "something is left behind"
  }

  @Test func `whenever the power fails, an output is as it was or complete and new`() {
    let count = Laboratory.trials(quick: 1000)
    let failures = (0..<count).compactMap { trial(seed: UInt64($0)) { _ in false } }
    Laboratory.note("power cuts, output file", count, failures.count)
    #expect(failures.isEmpty, "\(failures.prefix(3))")
  }

  @Test(arguments: [false, true])
  func `without either barrier, a power failure does harm`(_ isName: Bool) throws {
    let limit = 5000
    let harm = (0..<limit).first { seed in
      trial(seed: UInt64(seed)) { isName ? !$0.names.isEmpty : !$0.writes.isEmpty } != nil
    }
    let number = try #require(harm, "\(limit) trials without it do no harm")
    Laboratory.note("without the output's \(isName ? "name" : "content")", number + 1, 1)
  }
}
