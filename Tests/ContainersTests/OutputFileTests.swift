import Containers
import SystemPackage
import Tensors
import TestSupport
import Testing

@Suite struct OutputFileTests {
  private let content = Array("complete and new".utf8)

  private func write(
    _ path: String, _ options: OutputOptions = OutputOptions(),
    in system: any FileSystem = SystemFileSystem.shared
  ) throws(ContainerError) {
    let file = try OutputFile(
      path: path, options: options, expectedSize: content.count, in: system)
    try content.withBytes { (bytes) throws(ContainerError) in
      try file.write(bytes.extracting(5..<bytes.byteCount), at: 5)
      try file.write(bytes.extracting(0..<5), at: 0)
    }
    try file.publish()
  }

  /// Names, kinds, modes, links and contents of everything in a folder.
  private func state(_ folder: ScratchFolder) throws -> String {
    try Tool.shell(
      "find . -printf '%p %y %m %n %l\\n' | sort; find . -type f | sort | xargs -r md5sum",
      in: folder.root
    ).text
  }

  @Test(arguments: Occupant.all)
  func `the name is taken as the table says`(_ occupant: Occupant) throws {
    try ScratchFolder.with { folder in
      #expect(try Tool.shell(occupant.script, in: folder.root).exitCode == 0)
      let before = try state(folder)
      let result = Result { () throws(ContainerError) in
        try write(folder.path("out"), occupant.options)
      }
      switch result {
      case .success:
        #expect(occupant.expected == nil)
        #expect(try folder.read("out") == content)
        #expect(try folder.names().allSatisfy { !$0.hasSuffix(".lora-tmp") })
      case .failure(let error):
        #expect(error.problem == occupant.expected.map { .output($0) })
        #expect(error.category == occupant.category)
        #expect(try state(folder) == before)
      }
    }
  }

  @Test(arguments: ["600", "640", "755"])
  func `a replaced file keeps its mode, and a new one gets the usual`(_ mode: String) throws {
    try ScratchFolder.with { folder in
      _ = try Tool.shell("echo old > out; chmod \(mode) out", in: folder.root)
      try write(folder.path("out"), OutputOptions(force: true))
      try write(folder.path("new"))
      let modes = try Tool.shell(
        "echo > usual; stat -c %a out; stat -c %a new; stat -c %a usual", in: folder.root)
      let lines = modes.text.split(separator: "\n")
      #expect(lines[0] == mode)
      #expect(lines[1] == lines[2])
    }
  }

  @Test func `an orphan with another mode is brought to the usual one`() throws {
    try ScratchFolder.with { folder in
      _ = try Tool.shell("echo old > .out.lora-tmp; chmod 600 .out.lora-tmp", in: folder.root)
      try write(folder.path("out"))
      let modes = try Tool.shell("echo > usual; stat -c %a out usual", in: folder.root)
      #expect(Set(modes.text.split(separator: "\n")).count == 1)
    }
  }

  @Test(arguments: [false, true])
  func `a temporary that another user put there is not adopted`(isFolder: Bool) throws {
    try ScratchFolder.with { folder in
      let other = FaultyFileSystem(
        faultyCall: .max, fault: nil, user: SystemFileSystem.shared.user + 1)
      func write(_ name: String) throws(ContainerError) {
        guard isFolder else { return try self.write(folder.path(name), in: other) }
        let output = try OutputFolder(path: folder.path(name), in: other)
        try output.write("{}", named: "config.json")
        try output.publish()
      }
      // What is new is the process's own, whoever that is to the file system.
      try write("new")
      if isFolder {
        try folder.write("planted", to: ".out.lora-tmp/config.json")
      } else {
        try folder.write("planted", to: ".out.lora-tmp")
      }
      let error = try #require(throws: ContainerError.self) { try write("out") }
      #expect(error.problem == .output(.foreignTemporary(".out.lora-tmp")))
      #expect(try folder.names() == [".out.lora-tmp", "new"])
    }
  }

  @Test(arguments: ["", "/", ".", "..", "missing/out", "out/"])
  func `what is no name of a file is refused`(_ name: String) throws {
    try ScratchFolder.with { folder in
      let path = name.isEmpty ? "" : folder.path(name)
      let error = try #require(throws: ContainerError.self) { try write(path) }
      #expect(error.category == .cannotCreate)
      #expect(try folder.names().isEmpty)
    }
  }

  @Test func `the second of two writers leaves, and the first goes on`() throws {
    try ScratchFolder.with { folder in
      let first = try OutputFile(path: folder.path("out"))
      let error = try #require(throws: ContainerError.self) { try write(folder.path("out")) }
      #expect(error.problem == .output(.inUse) && error.category == .busy)
      try content.withBytes { try first.write($0, at: 0) }
      try first.publish()
      #expect(try folder.read("out") == content)
      #expect(try folder.names() == ["out"])
    }
  }

  @Test func `a name taken while the file was written is not replaced`() throws {
    try ScratchFolder.with { folder in
      let file = try OutputFile(path: folder.path("out"))
      try folder.write("other", to: "out")
      let error = try #require(throws: ContainerError.self) { try file.publish() }
      #expect(error.problem == .output(.exists))
      #expect(try folder.read("out") == Array("other".utf8))
      #expect(try folder.names() == ["out"])
    }
  }

  @Test func `what is not published leaves nothing behind`() throws {
    try ScratchFolder.with { folder in
      do {
        let file = try OutputFile(path: folder.path("out"), expectedSize: 10)
        #expect(try folder.names() == [".out.lora-tmp"])
        file.discard()
        #expect(try folder.names().isEmpty)
        file.discard()
        _ = try OutputFile(path: folder.path("out"))
      }
      #expect(try folder.names().isEmpty)
    }
  }

  @Test func `an output that is its own input is written from the old bytes`() throws {
    try ScratchFolder.with { folder in
      let sample = SampleTensors.mixed(scale: 50)
      try sample.write(to: folder.path("x"))
      let input = try TensorFile.open(folder.path("x"))
      let writer = try TensorFileWriter(
        to: .path(folder.path("x"), OutputOptions(force: true)), entries: sample.entries)
      let reader = try input.makeReader()
      for entry in input.header.entries {
        var chunk = [UInt8](repeating: 0, count: entry.byteCount)
        try chunk.withMutableBytes { try reader.read(into: &$0) }
        try chunk.withBytes { try writer.append($0) }
      }
      try writer.finish()
      #expect(try TensorFile.open(folder.path("x")).data() == sample.data)
    }
  }

  @Test(arguments: [Errno.noSpace, .diskQuotaExceeded, .fileTooLarge])
  func `a full disk is noticed before anything is computed`(_ fault: Errno) throws {
    try ScratchFolder.with { folder in
      var problems: [OutputProblem] = []
      for call in 0..<40 {
        let system = FaultyFileSystem(faultyCall: call, fault: fault)
        do throws(ContainerError) {
          try write(folder.path("out"), in: system)
          _ = try? SystemFileSystem.shared.removeFile(FilePath(folder.path("out")))
        } catch {
          guard case .output(let problem) = error.problem else { continue }
          problems.append(problem)
          if system.faultyOperation == "fallocate" {
            #expect(problem == .noSpace(needed: content.count))
            #expect(error.category == .cannotCreate)
          }
          if system.faultyOperation == "pwrite" { #expect(error.category == .inputOutput) }
        }
      }
      #expect(problems.contains(.noSpace(needed: content.count)))
    }
  }

  @Test(arguments: [Errno.ioError, .noSpace, nil], [false, true])
  func `whatever call fails, the target is as it was or complete and new`(
    _ fault: Errno?, _ replaces: Bool
  ) throws {
    try ScratchFolder.with { folder in
      let old = Array("old".utf8)
      var operations: Set<String> = []
      for call in 0..<100 {
        if replaces { try folder.write(old, to: "out") }
        let system = FaultyFileSystem(faultyCall: call, fault: fault)
        let result = Result { () throws(ContainerError) in
          try write(folder.path("out"), OutputOptions(force: replaces), in: system)
        }
        guard let operation = system.faultyOperation else {
          try result.get()
          break
        }
        operations.insert(operation)
        let found = folder.holds("out") ? try folder.read("out") : nil
        let isOld = found == (replaces ? old : nil)
        #expect(isOld || found == content, "\(operation)")
        switch result {
        case .success: #expect(found == content, "\(operation)")
        case .failure(let error):
          #expect(error.saysThatItIsThere == !isOld, "\(operation): \(error)")
        }
        try checkOrphan(in: folder, after: operation)
        try? SystemFileSystem.shared.removeFile(FilePath(folder.path("out")))
      }
      let rename = replaces ? "rename" : "renameat2"
      #expect(
        operations.isSuperset(of: ["stat", "openToWrite", "flock", "pwrite", "fsync", rename]))
    }
  }

  /// A temporary remains only of the call that removes it, and the next run removes that.
  private func checkOrphan(in folder: ScratchFolder, after operation: String) throws {
    guard folder.holds(".out.lora-tmp") else { return }
    #expect(operation == "unlink")
    try write(folder.path("out"), OutputOptions(force: true, synchronizes: false))
    #expect(try folder.names() == ["out"], "\(operation)")
  }

  /// Mounting needs privileges; the same is tested above with a simulated disk.
  @Test(.enabled(if: Facility.mounting.isHere, "\(Facility.mounting.need)"))
  func `a small disk that is full says so at once`() throws {
    try ScratchFolder.with { folder in
      let mounted = try Tool.shell(
        "mkdir disk && mount -t tmpfs -o size=1m tmpfs disk", in: folder.root)
      #expect(mounted.exitCode == 0, "\(mounted.errorText)")
      defer { _ = try? Tool.shell("umount disk", in: folder.root) }
      let error = try #require(throws: ContainerError.self) {
        try OutputFile(path: folder.path("disk/out"), expectedSize: 2 << 20)
      }
      #expect(error.problem == .output(.noSpace(needed: 2 << 20)))
      #expect(try Tool.shell("ls -A disk", in: folder.root).text.isEmpty)
      let late = try OutputFile(path: folder.path("disk/out"))
      let bytes = [UInt8](repeating: 1, count: 2 << 20)
      let midway = try #require(throws: ContainerError.self) {
        try bytes.withBytes { try late.write($0, at: 0) }
      }
      #expect(midway.category == .inputOutput)
      late.discard()
      #expect(try Tool.shell("ls -A disk", in: folder.root).text.isEmpty)
    }
  }
}
