import Kernels
import Synchronization
import SystemPackage
import Testing
import TestSupport

@Suite struct PowerCutTests {
  /// One change, cut off at a random call, and recoveries that are cut off as well.
  ///
  /// - Returns: What went wrong; nil when all is well.
  private func trial(
    _ experiment: InPlaceExperiment, seed: UInt64, without barrier: InPlaceExperiment.Barrier? = nil
  ) -> String? {
    var random = SeededBytes(state: seed)
    // A few cuts fall after the end: what is reported as done must stay done.
    let cut = Int(random.next() % UInt64(experiment.callCount + 4))
    let leavesOut: @Sendable (SimulatedDisk.Synchronization) -> Bool = { asked in
      barrier != nil && InPlaceExperiment.barrier(asked) == barrier
    }
    var disk = experiment.disk(powerCut: cut, leavingOut: leavesOut)
    let isDone = (try? experiment.change(on: disk)) != nil
    let isUndisturbed = !disk.isOff
    for _ in 0..<4 {
      // Sometimes only the process dies.
      let nodes = random.next() % 8 == 0 ? disk.afterKill() : disk.afterPowerCut(&random)
      disk = SimulatedDisk(nodes)
      if case .violation(let text)? = experiment.loadable(on: disk) { return text }
      if isDone, experiment.loadable(on: disk) != .new { return "done, and not new after a cut" }
      // A journal that the power failed to let go is idle.
      if isUndisturbed, experiment.finding(on: disk) != .new { return "done, and not clean" }
      guard random.next() % 2 == 0 else { break }
      let cut = Int(random.next() % UInt64(experiment.callCount))
      disk = SimulatedDisk(nodes, powerCut: cut, leavingOut: leavesOut)
      try? experiment.recover(on: disk)
    }
    do {
      disk = SimulatedDisk(disk.afterKill())
      try experiment.recover(on: disk)
    } catch {
      return "recovery fails: \(error)"
    }
    if case .violation(let text) = experiment.finding(on: disk) { return text }
    return nil
  }

  /// How many trials, and those that went wrong first.
  private func trials(
    _ count: Int, of experiment: InPlaceExperiment,
    without barrier: InPlaceExperiment.Barrier? = nil
  ) -> [String] {
    let failures = Mutex<[String]>([])
    Parallel.forEach(count: count, threads: Laboratory.threads) { index in
      guard let text = trial(experiment, seed: UInt64(index) &* 977, without: barrier) else {
        return
      }
      failures.withLock { $0.append("seed \(index): \(text)") }
    }
    return failures.withLock { $0 }
  }

  @Test(arguments: [1, 2])
  func `whenever the power fails, the files are old or new after recovery`(_ shards: Int) throws {
    let experiment = try InPlaceExperiment(shards: shards)
    let count = Laboratory.trials(quick: 200)
    let failures = trials(count, of: experiment)
    Laboratory.note("power cuts, \(shards) file\(shards == 1 ? "" : "s")", count, failures.count)
    #expect(failures.isEmpty, "\(failures.prefix(3))")
  }

  @Test(arguments: InPlaceExperiment.Barrier.allCases)
  func `without any one barrier, a power failure does harm`(
    _ barrier: InPlaceExperiment.Barrier
  ) throws {
    let experiment = try InPlaceExperiment(shards: 2)
    let limit = 5000
    let harm = (0..<limit).first { trial(experiment, seed: UInt64($0), without: barrier) != nil }
    let number = try #require(harm, "\(limit) trials without it do no harm")
    Laboratory.note("without the barrier \(barrier.rawValue)", number + 1, 1)
  }
}
