import Containers
import JSON
import SystemPackage
import Tensors
import Testing
import TestSupport

@Suite struct CheckpointTests {
  private let sample = SampleTensors.mixed()

  @Test func `a folder with one weights file tells what to carry along`() throws {
    try ScratchFolder.with { folder in
      for name in [
        "config.json", "tokenizer.json", "merges.txt", "pytorch_model.bin", "model.gguf",
        ".hidden", "notes.txt", "sub/inside.json", "old.safetensors.index.json",
      ] { try folder.write("{\"a\": 1}", to: "m/" + name) }
      try sample.write(to: folder.path("m/model.safetensors"))
      let checkpoint = try Checkpoint.open(folder.path("m"))
      #expect(checkpoint.form == .folder)
      #expect(checkpoint.shards.map(\.fileName) == ["model.safetensors"])
      #expect(checkpoint.config?["a"]?.int == 1)
      #expect(
        checkpoint.sideFiles == ["config.json", "merges.txt", "notes.txt", "tokenizer.json"])
      #expect(
        checkpoint.tensors.map(\.entry.name.utf8.count) == sample.entries.map(\.name.utf8.count))
      #expect(checkpoint.dataSize == sample.data.count)
    }
  }

  @Test func `a shard is found by the name of a tensor`() throws {
    let checkpoint = try Checkpoint.open(Fixtures.path("malformed/sharded/good"))
    #expect(checkpoint.form == .shardedFolder)
    #expect(checkpoint.shards.count == 3)
    #expect(checkpoint.tensors.count == 12)
    for (index, tensor) in checkpoint.tensors.enumerated() {
      let found = try #require(checkpoint.location(named: tensor.entry.name), "\(index)")
      #expect(found.shard == tensor.shard && found.entry == tensor.entry)
      let listed = checkpoint.index?["weight_map"]?[tensor.entry.name]?.string
      #expect(listed == checkpoint.shards[tensor.shard].fileName)
    }
    #expect(checkpoint.location(named: "absent") == nil)
  }

  static let folders: [(files: [String], problem: CheckpointProblem)] = [
    ([], .noWeights), (["config.json", "tokenizer.json"], .noWeights),
    (["pytorch_model.bin"], .onlyPickle("pytorch_model.bin")),
    (["consolidated.00.pth", "config.json"], .onlyPickle("consolidated.00.pth")),
    (["adapter_config.json", "adapter_model.safetensors"], .onlyAdapter),
    (["a.safetensors", "b.safetensors"], .severalFiles(["a.safetensors", "b.safetensors"])),
    (["model.safetensors", "model.safetensors.index.json"], .twoForms(.standard)),
    (
      ["m.safetensors.index.fp16.json", "m.safetensors.index.bf16.json"],
      .severalIndexes(["m.safetensors.index.bf16.json", "m.safetensors.index.fp16.json"])
    ),
    (
      ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"],
      .shardsWithoutIndex("model-00001-of-00002.safetensors")
    ),
  ]

  @Test(arguments: folders)
  func `a folder without clear weights says what was looked for`(
    _ files: [String], _ problem: CheckpointProblem
  ) throws {
    try ScratchFolder.with { folder in
      for file in files { try folder.write("{}", to: "m/" + file) }
      if files.isEmpty { _ = try Tool.shell("mkdir m", in: folder.root) }
      let error = try #require(throws: ContainerError.self) {
        try Checkpoint.open(folder.path("m"))
      }
      #expect(error.problem == .checkpoint(problem))
      #expect(error.file == folder.path("m"))
    }
  }

  @Test func `a shard that is a pipe or a folder is not opened`() throws {
    try ScratchFolder.with { folder in
      try folder.write(
        "{\"weight_map\": {\"a\": \"x.safetensors\"}}", to: "model.safetensors.index.json")
      for script in ["mkfifo x.safetensors", "mkdir x.safetensors"] {
        _ = try Tool.shell("rm -rf x.safetensors; " + script, in: folder.root)
        let error = try #require(throws: ContainerError.self) { try Checkpoint.open(folder.root) }
        #expect(error.problem == .checkpoint(.notAFile("x.safetensors")))
      }
    }
  }

  @Test(arguments: ["cat x", "gzip -c x", "cat blocked"])
  func `a stream is read once, as it arrives`(_ command: String) throws {
    try ScratchFolder.with { folder in
      try sample.write(to: folder.path("x"))
      try sample.write(to: folder.path("blocked"), compression: .blockedGzip)
      let bytes = try Tool.shell("mkfifo pipe; \(command)", in: folder.root).output
      // All of it fits into the pipe, whose writer goes once the reader is there.
      let system = SystemFileSystem.shared
      let pipe = try system.openToWrite(
        FilePath(folder.path("pipe")), mode: .ownerReadWrite, exclusive: false)
      #expect(try bytes.withBytes { try system.write($0, to: pipe) } == bytes.count)
      let checkpoint = try Checkpoint.open(folder.path("pipe"))
      system.close(pipe)
      #expect(checkpoint.form == .stream)
      let file = checkpoint.shards[0].file
      #expect(!file.isRandomAccess && file.fileSize == nil)
      #expect(try file.data() == sample.data)
      let error = try #require(throws: ContainerError.self) { try file.makeReader() }
      #expect(error.problem == .input(.readTwice))
    }
  }

  /// An index beside one file: as it is when both mean the same weights, and when they do not.
  @Test(arguments: [
    ("model.safetensors", "x", "sharded"), ("gone.safetensors", "x", "single"),
    ("gone.safetensors", "y", "refused"), ("other.safetensors", "x", "refused"),
  ])
  func `an index beside the one file counts when both agree`(
    _ shard: String, _ tensor: String, _ outcome: String
  ) throws {
    try ScratchFolder.with { folder in
      let x = [(name: "x", tensor: Tensor([Float(1)], shape: [1]))]
      try folder.write("{}", to: "m/config.json")
      for name in ["model.safetensors", "other.safetensors"] {
        try write(x, to: folder.path("m/" + name))
      }
      try folder.write(
        "{\"weight_map\": {\"\(tensor)\": \"\(shard)\"}}", to: "m/model.safetensors.index.json")
      if outcome == "refused" {
        let error = try #require(throws: ContainerError.self) {
          try Checkpoint.open(folder.path("m"))
        }
        #expect(error.problem == .checkpoint(.twoForms(.standard)))
      } else {
        let checkpoint = try Checkpoint.open(folder.path("m"))
        #expect(checkpoint.form == (outcome == "sharded" ? .shardedFolder : .folder))
        #expect(checkpoint.tensors.map(\.entry.name) == ["x"])
      }
    }
  }

  private func write(_ tensors: [(name: String, tensor: Tensor)], to path: String) throws {
    let writer = try TensorFileWriter(
      to: .path(path, OutputOptions(synchronizes: false)),
      entries: tensors.map { ($0.name, $0.tensor.type, $0.tensor.shape) }, metadata: [:],
      compression: .none, threads: 1)
    for (_, tensor) in tensors { try tensor.bytes.withBytes { try writer.append($0) } }
    try writer.finish(metadata: nil)
  }

  @Test(arguments: [
    ("diffusion_pytorch_model.safetensors.index.json", "diffusion_pytorch_model", nil),
    ("model.safetensors.index.json", "model", nil),
    ("model.safetensors.index.fp16.json", "model", "fp16"), ("model.index.json", nil, nil),
    ("model.safetensors.index.a.b.json", nil, nil), ("config.json", nil, nil),
  ])
  func `an index says what the weights are called`(
    _ index: String, _ stem: String?, _ variant: String?
  ) {
    let names = WeightNames(index: index)
    #expect(names?.stem == stem && names?.variant == variant)
    guard let names, let stem else { return }
    #expect(names.index == index)
    let whole = variant.map { stem + "." + $0 } ?? stem
    #expect(names.shard(2, of: 3) == whole + "-00002-of-00003.safetensors")
    #expect(WeightNames.isShard(names.shard(2, of: 3)) && !WeightNames.isShard(names.single))
  }

  @Test(arguments: [
    ("printf 'version https://git-lfs.github.com/spec/v1\\noid'", "git lfs pull"),
    ("printf '<!DOCTYPE html><html>'", "web page"),
    ("printf '{\"error\": \"denied\"}'", "JSON text"),
    ("printf '\\050\\265\\057\\375xxxxxx'", "zstd"), ("tar c good 2>/dev/null", "tar archive"),
    ("printf 'BZh91AY&SYxxx'", "bzip2"), ("printf '\\3757zXZ\\000xxxx'", "xz"),
    ("tar c good | gzip", "tar archive"),
  ])
  func `what is none of ours is called by its name`(_ script: String, _ said: String) throws {
    try ScratchFolder.with { folder in
      _ = try Tool.shell("echo > good; \(script) > x.safetensors", in: folder.root)
      let error = try #require(throws: ContainerError.self) {
        try Checkpoint.open(folder.path("x.safetensors"))
      }
      #expect(error.description.contains(said), "\(error)")
    }
  }

  static let missing: [(script: String, problem: InputProblem, category: FailureCategory)] = [
    (":", .missing, .missingInput), ("touch f; ln -s f/x x", .missing, .missingInput),
    ("ln -s x x", .failed(operation: "opening", .tooManySymbolicLinkLevels), .inputOutput),
    ("printf '\\200\\002pickle' > x", .pickle, .badData),
    ("printf 'GGUF\\003\\000\\000\\000\\001\\000' > x", .otherFormat("GGUF"), .badData),
  ]

  @Test(arguments: missing)
  func `what cannot be opened says why`(
    _ script: String, _ problem: InputProblem, _ category: FailureCategory
  ) throws {
    try ScratchFolder.with { folder in
      _ = try Tool.shell(script, in: folder.root)
      let error = try #require(throws: ContainerError.self) {
        try Checkpoint.open(folder.path("x"))
      }
      #expect(error.problem == .input(problem))
      #expect(error.category == category)
      #expect(error.description.hasPrefix(folder.path("x") + ": "))
    }
  }

  @Test func `a sharded folder is written as it was read`() throws {
    try ScratchFolder.with { folder in
      let source = try Checkpoint.open(Fixtures.path("malformed/sharded/good"))
      let output = try OutputFolder(
        path: folder.path("out"), options: OutputOptions(synchronizes: false))
      for shard in source.shards {
        let header = shard.file.header
        let writer = try TensorFileWriter(
          to: .file(try output.makeFile(named: shard.fileName)),
          entries: header.entriesByOffset.map { ($0.name, $0.type, $0.shape) },
          metadata: header.metadata ?? [:])
        for (entry, tensor) in try shard.file.tensors().reversed() {
          try tensor.bytes.withBytes { try writer.write($0, at: entry.range.lowerBound) }
        }
        try writer.finish()
      }
      for name in source.sideFiles {
        try output.copy(sideFile: source.path + "/" + name, named: name)
      }
      let index = try #require(source.index)
      try output.write(index.indentedText, named: "model.safetensors.index.json")
      try output.publish()
      let copy = try Checkpoint.open(folder.path("out"))
      #expect(try copy.fingerprint() == source.fingerprint())
      #expect(copy.index == source.index && copy.config == source.config)
      #expect(copy.sideFiles == source.sideFiles)
      #expect(copy.shards.map(\.fileName) == source.shards.map(\.fileName))
    }
  }

  @Test func `a file that was not given all of its bytes is not published`() throws {
    try ScratchFolder.with { folder in
      let writer = try TensorFileWriter(
        to: .path(folder.path("x"), OutputOptions()), entries: sample.entries)
      try sample.data.withBytes { try writer.append($0.extracting(1..<sample.data.count)) }
      let error = try #require(throws: ContainerError.self) { try writer.finish() }
      #expect(error.category == .bug)
      #expect(try folder.names().isEmpty)
    }
  }
}
