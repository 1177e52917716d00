import Containers
import SystemPackage
import Tensors
import TestSupport
import Testing

@Suite struct OutputFolderTests {
  private func write(
    _ path: String, _ options: OutputOptions = OutputOptions(),
    in system: any FileSystem = SystemFileSystem.shared
  ) throws(ContainerError) {
    let folder = try OutputFolder(path: path, options: options, in: system)
    try folder.write("{\"new\": true}", named: "config.json")
    let file = try folder.makeFile(named: "model.safetensors", expectedSize: 4)
    try [UInt8]([1, 2, 3]).withBytes { (bytes) throws(ContainerError) in
      try file.write(bytes, at: 0)
    }
    try file.publish()
    let side = FilePath(path).removingLastComponent().appending("side").string
    try folder.copy(sideFile: side, named: "tokenizer.json")
    try folder.publish()
  }

  private let newNames = ["config.json", "model.safetensors", "tokenizer.json"]

  private func makeOld(in folder: ScratchFolder) throws {
    try folder.write("side", to: "side")
    try folder.write("old", to: "out/config.json")
    try folder.write("old", to: "out/adapter_model.safetensors")
  }

  private func names(_ folder: ScratchFolder) throws -> [String] {
    try SystemFileSystem.shared.names(inFolder: FilePath(folder.path("out")))
  }

  @Test func `a new folder appears complete`() throws {
    try ScratchFolder.with { folder in
      try folder.write("side", to: "side")
      try write(folder.path("out"))
      #expect(try names(folder) == newNames)
      #expect(try folder.read("out/tokenizer.json") == Array("side".utf8))
      #expect(try folder.read("out/model.safetensors") == [1, 2, 3])
      #expect(try folder.names() == ["out", "side"])
    }
  }

  @Test func `an existing folder is replaced only when forced`() throws {
    try ScratchFolder.with { folder in
      try makeOld(in: folder)
      _ = try Tool.shell("chmod 750 out", in: folder.root)
      let error = try #require(throws: ContainerError.self) { try write(folder.path("out")) }
      #expect(error.problem == .output(.exists))
      #expect(try names(folder).contains("adapter_model.safetensors"))
      try write(folder.path("out"), OutputOptions(force: true))
      #expect(try names(folder) == newNames)
      #expect(try folder.names() == ["out", "side"])
      #expect(try Tool.shell("stat -c %a out", in: folder.root).text == "750\n")
    }
  }

  @Test(arguments: ["out/thesis.tex", "out/data.csv", "out/.git/config", "out/sub/config.json"])
  func `a folder with anything else in it is never replaced`(_ name: String) throws {
    try ScratchFolder.with { folder in
      try makeOld(in: folder)
      try folder.write("precious", to: name)
      let error = try #require(throws: ContainerError.self) {
        try write(folder.path("out"), OutputOptions(force: true))
      }
      #expect(error.category == .cannotCreate)
      #expect(error.description.contains(String(name.split(separator: "/")[1])))
      #expect(try folder.read(name) == Array("precious".utf8))
      #expect(try folder.read("out/config.json") == Array("old".utf8))
      #expect(try folder.names() == ["out", "side"])
    }
  }

  @Test(arguments: ["echo old > out", "ln -s . out", "mkfifo out"])
  func `what is no folder is not replaced by one`(_ script: String) throws {
    try ScratchFolder.with { folder in
      _ = try Tool.shell(script, in: folder.root)
      let error = try #require(throws: ContainerError.self) {
        try write(folder.path("out"), OutputOptions(force: true))
      }
      #expect(error.category == .cannotCreate)
      #expect(try folder.names() == ["out"])
    }
  }

  @Test func `the second of two writers leaves`() throws {
    try ScratchFolder.with { folder in
      try folder.write("side", to: "side")
      let first = try OutputFolder(path: folder.path("out"))
      let error = try #require(throws: ContainerError.self) { try write(folder.path("out")) }
      #expect(error.category == .busy)
      try first.write("x", named: "config.json")
      try first.publish()
      #expect(try names(folder) == ["config.json"])
    }
  }

  @Test func `an orphan is emptied and used, unless it is not ours`() throws {
    try ScratchFolder.with { folder in
      try folder.write("side", to: "side")
      try folder.write("old", to: ".out.lora-tmp/model-00007.safetensors")
      try write(folder.path("out"))
      #expect(try names(folder) == newNames)
      try folder.write("precious", to: ".other.lora-tmp/sub/file")
      let error = try #require(throws: ContainerError.self) { try write(folder.path("other")) }
      #expect(error.problem == .output(.foreignTemporary(".other.lora-tmp")))
      #expect(try folder.read(".other.lora-tmp/sub/file") == Array("precious".utf8))
    }
  }

  @Test(arguments: ["", ".", "..", "a/b", "/x"])
  func `a file of a folder has a bare name`(_ name: String) throws {
    try ScratchFolder.with { folder in
      let output = try OutputFolder(path: folder.path("out"))
      let error = try #require(throws: ContainerError.self) { try output.makeFile(named: name) }
      #expect(error.problem == .output(.notAName))
      output.discard()
      #expect(try folder.names().isEmpty)
    }
  }

  @Test func `a folder with an unfinished file is not published`() throws {
    try ScratchFolder.with { folder in
      let output = try OutputFolder(path: folder.path("out"))
      let file = try output.makeFile(named: "model.safetensors")
      let error = try #require(throws: ContainerError.self) { try output.publish() }
      #expect(error.category == .bug)
      #expect(file.size == 0)
      #expect(try folder.names().isEmpty)
    }
  }

  @Test(arguments: ["out/thesis.tex", "out/sub/config.json"])
  func `what is put into a folder while its successor is written is kept`(
    _ name: String
  ) throws {
    try ScratchFolder.with { folder in
      try makeOld(in: folder)
      let output = try OutputFolder(path: folder.path("out"), options: OutputOptions(force: true))
      try output.write("{}", named: "config.json")
      try folder.write("precious", to: name)
      let error = try #require(throws: ContainerError.self) { try output.publish() }
      #expect(error.problem == .output(.foreignFile(String(name.split(separator: "/")[1]))))
      #expect(try folder.read(name) == Array("precious".utf8))
      #expect(try folder.read("out/adapter_model.safetensors") == Array("old".utf8))
      #expect(try folder.names() == ["out", "side"])
    }
  }

  @Test func `what came with the output is replaced with it, unless it was edited since`() throws {
    try ScratchFolder.with { folder in
      func write() throws {
        let output = try OutputFolder(
          path: folder.path("out"), options: OutputOptions(force: true))
        try output.write("{}", named: "config.json")
        try output.write("import torch", named: "modeling_phi3.py")
        try output.publish()
      }
      try write()
      try write()
      #expect(try names(folder) == ["config.json", "lora-files.json", "modeling_phi3.py"])
      for (name, text) in [("modeling_phi3.py", "import torch, os"), ("mine.py", "import torch")] {
        try folder.write(text, to: "out/" + name)
        let error = try #require(throws: ContainerError.self) { try write() }
        #expect(error.problem == .output(.foreignFile(name)))
        #expect(try folder.read("out/" + name) == Array(text.utf8))
        try SystemFileSystem.shared.removeFile(FilePath(folder.path("out/" + name)))
        try write()
      }
      try folder.write("not JSON", to: "out/lora-files.json")
      #expect(throws: ContainerError.self) { try write() }
    }
  }

  @Test(arguments: [Errno.ioError, .noSpace, nil], [false, true])
  func `whatever call fails, the folder is as it was or complete and new`(
    _ fault: Errno?, _ replaces: Bool
  ) throws {
    for call in 0..<200 {
      let isLast = try ScratchFolder.with { folder in
        if replaces { try makeOld(in: folder) } else { try folder.write("side", to: "side") }
        let before = folder.holds("out") ? try names(folder) : []
        let system = FaultyFileSystem(faultyCall: call, fault: fault)
        let result = Result { () throws(ContainerError) in
          try write(folder.path("out"), OutputOptions(force: replaces), in: system)
        }
        guard let operation = system.faultyOperation else { return true }
        let after = folder.holds("out") ? try names(folder) : []
        #expect(after == before || after == newNames, "\(operation)")
        if case .success = result { #expect(after == newNames, "\(operation)") }
        if after == newNames { #expect(try folder.read("out/model.safetensors") == [1, 2, 3]) }
        if case .failure(let error) = result {
          #expect(error.saysThatItIsThere == (after == newNames), "\(operation): \(error)")
        }
        // What remains is removed by the next run.
        try write(folder.path("out"), OutputOptions(force: true, synchronizes: false))
        #expect(try folder.names() == ["out", "side"], "\(operation)")
        #expect(try names(folder) == newNames, "\(operation)")
        return false
      }
      if isLast { return }
    }
    Issue.record("the protocol never came to its end")
  }
}
