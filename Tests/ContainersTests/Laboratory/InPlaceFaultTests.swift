import Containers
import Kernels
import SystemPackage
import TestSupport
import Testing

@Suite struct InPlaceFaultTests {
  /// What one fault at one call leads to.
  private func outcome(
    _ experiment: InPlaceExperiment, _ call: Int, _ fault: Errno?
  ) -> (operation: String?, error: ContainerError?, disk: SimulatedDisk) {
    let disk = experiment.disk()
    let faulty = FaultyFileSystem(faultyCall: call, fault: fault, over: disk)
    do {
      try experiment.change(on: faulty)
      return (faulty.faultyOperation, nil, disk)
    } catch {
      return (faulty.faultyOperation, error as? ContainerError, disk)
    }
  }

  @Test(arguments: [Errno.noSpace, .ioError, .interrupted, nil], [1, 2])
  func `whatever call fails, the files are old, new, or recoverable`(
    _ fault: Errno?, _ shards: Int
  ) throws {
    let experiment = try InPlaceExperiment(shards: shards)
    var operations: Set<String> = []
    for call in 0..<1000 {
      let (operation, error, disk) = outcome(experiment, call, fault)
      guard let operation else { break }
      operations.insert(operation)
      let isMidway = if case .inPlace(.midway)? = error?.problem { true } else { false }
      if error == nil {
        #expect(experiment.loadable(on: disk) == .new, "\(call): \(operation)")
      } else if !isMidway {
        #expect(
          experiment.loadable(on: disk) == .old,
          "\(call): \(operation) \(String(describing: error))")
      }
      let after = SimulatedDisk(disk.afterKill())
      try experiment.recover(on: after)
      if error == nil {
        #expect(experiment.finding(on: after) == .new)
      } else {
        #expect([.old, .new].contains(experiment.loadable(on: after)), "\(operation)")
      }
    }
    #expect(
      operations.isSuperset(of: ["pwrite", "fsync", "fallocate", "flock", "unlink", "rename"]))
  }

  @Test(arguments: [Errno.noSpace, .ioError])
  func `what fails before the poison leaves no journal and a right message`(_ fault: Errno) throws {
    let experiment = try InPlaceExperiment(shards: 1)
    for call in 0..<1000 {
      let (operation, error, disk) = outcome(experiment, call, fault)
      guard operation == "fallocate" else { continue }
      #expect(experiment.loadable(on: disk) == .old)
      #expect(error?.category == (fault == .noSpace ? .cannotCreate : .inputOutput))
      #expect(error?.description.contains("nothing was changed") == true)
      let names = try disk.names(inFolder: "/")
      #expect(!names.contains { $0.hasSuffix(".lora-journal") || $0.hasSuffix(".lora-tmp") })
      return
    }
    Issue.record("the ring was never reserved")
  }
}
