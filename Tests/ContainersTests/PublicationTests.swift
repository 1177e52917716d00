import Containers
import SystemPackage
import Tensors
import TestSupport
import Testing

extension ContainerError {
  /// Whether the message says that the output bears its name, although something failed.
  var saysThatItIsThere: Bool { description.contains("is complete and in its place") }
}

/// Outputs that belong together: a merged file and its remainder.
@Suite struct PublicationTests {
  private func write(
    _ text: String, _ folder: ScratchFolder, isFolder: Bool, _ options: OutputOptions,
    in system: any FileSystem = SystemFileSystem.shared
  ) throws(ContainerError) {
    let companion = try file(folder.path("remainder"), text, options, system)
    if isFolder {
      let output = try OutputFolder(path: folder.path("out"), options: options, in: system)
      try output.write(text, named: "config.json")
      try output.publish(with: [companion])
    } else {
      try file(folder.path("out"), text, options, system).publish(with: [companion])
    }
  }

  private func file(
    _ path: String, _ text: String, _ options: OutputOptions, _ system: any FileSystem
  ) throws(ContainerError) -> OutputFile {
    let file = try OutputFile(path: path, options: options, in: system)
    try text.withBytes { (bytes) throws(ContainerError) in try file.write(bytes, at: 0) }
    return file
  }

  private func state(_ folder: ScratchFolder, isFolder: Bool) -> [String?] {
    ["out" + (isFolder ? "/config.json" : ""), "remainder"].map { name in
      (try? folder.read(name)).map { String(decoding: $0, as: UTF8.self) }
    }
  }

  @Test(
    arguments: [(Errno.ioError, false), (.ioError, true), (.noSpace, false), (.noSpace, true)],
    [false, true])
  func `whatever call fails, both are old or both are new, and the message says which`(
    _ fault: (error: Errno, replaces: Bool), isFolder: Bool
  ) throws {
    for call in 0..<300 {
      let isLast = try ScratchFolder.with { folder in
        let options = OutputOptions(force: fault.replaces)
        if fault.replaces { try write("old", folder, isFolder: isFolder, OutputOptions()) }
        let before = state(folder, isFolder: isFolder)
        let system = FaultyFileSystem(faultyCall: call, fault: fault.error)
        let result = Result { () throws(ContainerError) in
          try write("new", folder, isFolder: isFolder, options, in: system)
        }
        guard let operation = system.faultyOperation else { return true }
        let after = state(folder, isFolder: isFolder)
        #expect(after == before || after == ["new", "new"], "\(operation): \(after)")
        switch result {
        case .success: #expect(after == ["new", "new"], "\(operation)")
        case .failure(let error):
          #expect(error.saysThatItIsThere == (after != before), "\(operation): \(error)")
        }
        // What remains is removed by the next run.
        try write(
          "next", folder, isFolder: isFolder, OutputOptions(force: true, synchronizes: false))
        #expect(state(folder, isFolder: isFolder) == ["next", "next"])
        #expect(try folder.names() == ["out", "remainder"], "\(operation)")
        return false
      }
      if isLast { return }
    }
    Issue.record("the protocol never came to its end")
  }

  @Test(arguments: [false, true])
  func `a name taken meanwhile leaves both as they were`(isFirst: Bool) throws {
    try ScratchFolder.with { folder in
      let (system, options) = (SystemFileSystem.shared, OutputOptions())
      let companion = try file(folder.path("remainder"), "new", options, system)
      let output = try file(folder.path("out"), "new", options, system)
      try folder.write("mine", to: isFirst ? "out" : "remainder")
      let error = try #require(throws: ContainerError.self) {
        try output.publish(with: [companion])
      }
      #expect(error.problem == .output(.exists))
      #expect(try folder.names() == [isFirst ? "out" : "remainder"])
    }
  }

  @Test func `a file system that does not bring folders to the disk is none that fails`() throws {
    try ScratchFolder.with { folder in
      var hits = 0
      for call in 0..<100 {
        let system = FaultyFileSystem(faultyCall: call, fault: .invalidArgument)
        let result = Result { () throws(ContainerError) in
          try write("new", folder, isFolder: true, OutputOptions(force: true), in: system)
        }
        guard let operation = system.faultyOperation else { break }
        guard operation == "fsync" else { continue }
        hits += (try? result.get()) == nil ? 0 : 1
      }
      // The folder and its parents; content that is not brought to the disk stays a failure.
      #expect(hits >= 2)
    }
  }
}
