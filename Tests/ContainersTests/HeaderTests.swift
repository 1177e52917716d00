import OrderedCollections
import Tensors
import TestSupport
import Testing

@testable import Containers

@Suite struct HeaderTests {
  /// Writes a file with this header text and `size` bytes of data, and opens it.
  private func open(_ text: some Sequence<UInt8>, size: Int = 0) throws -> SafetensorsHeader {
    try ScratchFolder.with { folder in
      let text = Array(text)
      let path = try folder.write(
        bytes(of: UInt64(text.count)) + text + [UInt8](repeating: 0, count: size), to: "x")
      return try TensorFile.open(path).header
    }
  }

  private func problem(_ text: String, size: Int = 0) throws -> HeaderProblem? {
    let error = try #require(throws: ContainerError.self) { try open(text.utf8, size: size) }
    guard case .header(let problem) = error.problem else { return nil }
    return problem
  }

  private func entry(_ name: String, extra: String = "") -> String {
    "\"\(name)\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]\(extra)}"
  }

  @Test func `what is written is read back, in order and byte for byte`() throws {
    try ScratchFolder.with { folder in
      let sample = SampleTensors.mixed()
      let metadata: OrderedDictionary = ["format": "pt", "b": "\"\\\n\u{1}", "a": "é"]
      try sample.write(to: folder.path("x"), metadata: metadata)
      let file = try TensorFile.open(folder.path("x"))
      #expect(file.header.metadata == metadata)
      #expect(file.header.metadata?.keys.elements == ["format", "b", "a"])
      #expect(
        file.header.entries.map { ExactString($0.name) }
          == sample.entries.map { ExactString($0.name) })
      #expect(file.header.entries.map(\.shape) == sample.entries.map(\.shape))
      #expect(file.header.entries.map(\.type) == sample.entries.map(\.type))
      #expect(try file.data() == sample.data)
      for (entry, tensor) in try file.tensors() {
        #expect(try file.tensor(entry) == tensor)
        #expect(tensor.bytes == Array(sample.data[entry.range]))
      }
    }
  }

  @Test func `data starts on a page with two kibibytes of slack before it`() throws {
    try ScratchFolder.with { folder in
      for count in [0, 1, 40, 200] {
        let sample = SampleTensors((0..<count).map { ("tensor.\($0)", .f32, [1]) })
        try sample.write(to: folder.path("x"))
        let start = try TensorFile.open(folder.path("x")).header.dataStart
        let text = try folder.read("x")[8..<start]
        let padding = text.reversed().prefix { $0 == UInt8(ascii: " ") }.count
        #expect(start % 4096 == 0)
        #expect(padding >= 2048 && padding < 2048 + 4096)
      }
    }
  }

  @Test func `names that only look the same are two names`() throws {
    try ScratchFolder.with { folder in
      try SampleTensors.mixed().write(to: folder.path("x"))
      let header = try TensorFile.open(folder.path("x")).header
      #expect(header.entry(named: "é")?.type == .i64)
      #expect(header.entry(named: "e\u{301}")?.type == .u8)
      #expect(header.entry(named: "absent") == nil)
    }
  }

  @Test func `every header that a hand can damage is refused or read, and never more`() throws {
    var random = SeededBytes(state: 7)
    let sample = SampleTensors.mixed()
    let entries = try HeaderWriter.entries(of: sample.entries)
    let good = try HeaderWriter.bytes(of: entries, metadata: ["format": "pt"]).bytes[8...]
    let text = Array(good.prefix { $0 != UInt8(ascii: " ") })
    let alphabet = Array("{}[]\",:\\u0123456789.eE-NaI \n\0\u{7F}".utf8) + [0x80, 0xC3, 0xFF]
    var accepted = 0
    for _ in 0..<5000 {
      var mutant = text
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<mutant.count, using: &random)
        let other = Int.random(in: 0..<mutant.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: mutant[place] = alphabet.randomElement(using: &random) ?? 0
        case 1: mutant.remove(at: place)
        case 2: mutant.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
        default: mutant.insert(contentsOf: mutant[min(place, other)..<max(place, other)], at: place)
        }
      }
      do throws(HeaderFailure) {
        let header = try HeaderScanner.header(from: mutant)
        accepted += 1
        // What is accepted keeps the law of the layout.
        var end = 0
        for entry in header.entriesByOffset {
          #expect(entry.range.lowerBound == end)
          #expect(entry.shape.byteCount(of: entry.type) == entry.byteCount)
          end = entry.range.upperBound
        }
        #expect(header.dataSize == end)
      } catch {
        #expect(!ContainerError(file: "x", .header(error.problem)).description.isEmpty)
      }
    }
    #expect(accepted > 0 && accepted < 5000)
  }

  @Test func `every text that is cut short is refused`() throws {
    let entries = try HeaderWriter.entries(of: SampleTensors.mixed().entries)
    let text = try HeaderWriter.bytes(of: entries, metadata: ["format": "pt"]).bytes[8...]
    let whole = Array(text.prefix { $0 != UInt8(ascii: " ") })
    _ = try HeaderScanner.header(from: whole)
    for count in 0..<whole.count {
      #expect(throws: HeaderFailure.self) { try HeaderScanner.header(from: Array(whole[..<count])) }
    }
  }

  @Test func `names have at most 1024 bytes and ranks at most 64`() throws {
    let longest = String(repeating: "n", count: 1024)
    #expect(try open("{\(entry(longest))}".utf8).entries[0].name == longest)
    #expect(try problem("{\(entry(longest + "n"))}") == .nameTooLong(1025))
    func ranked(_ rank: Int) -> String {
      let shape = Array(repeating: "1", count: rank).joined(separator: ",")
      return "{\"w\":{\"dtype\":\"U8\",\"shape\":[\(shape)],\"data_offsets\":[0,1]}}"
    }
    #expect(try open(ranked(64).utf8, size: 1).entries[0].shape.rank == 64)
    #expect(try problem(ranked(65), size: 1) == .rankTooLarge)
  }

  @Test func `unknown fields are checked as JSON and otherwise ignored`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    let odd = ",\"x\":{\"a\":[1,{\"b\":null}],\"c\":\"\\u00e9\"},\"y\":\(nested(64))"
    #expect(try open("{\(entry("w", extra: odd))}".utf8).entries.count == 1)
    let deep = ",\"y\":\(nested(65))"
    #expect(try problem("{\(entry("w", extra: deep))}") == .json(.tooDeep(limit: 64)))
    let twice = ",\"y\":[{\"a\":1,\"\\u0061\":2}]"
    #expect(try problem("{\(entry("w", extra: twice))}") == .json(.duplicateKey("a")))
    let again = ",\"y\":1,\"y\":1"
    #expect(try problem("{\(entry("w", extra: again))}") == .json(.duplicateKey("y")))
    let many = ",\"y\":{" + (0...4096).map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    #expect(try problem("{\(entry("w", extra: many))}") == .json(.tooManyKeys(limit: 4096)))
  }

  @Test func `metadata keys are told apart by their bytes`() throws {
    #expect(
      try problem("{\"__metadata__\":{\"a\":\"1\",\"\\u0061\":\"2\"}}")
        == .duplicateMetadataKey("a"))
    #expect(
      try problem("{\"__metadata__\":{\"é\":\"1\",\"e\u{301}\":\"2\"}}")
        == .equivalentMetadataKeys("é"))
    #expect(try open("{\"__metadata__\":null}".utf8).metadata == nil)
    #expect(try open("{\"__metadata__\":{}}".utf8).metadata?.isEmpty == true)
  }

  @Test func `a header under an in-place change says what to run`() throws {
    try ScratchFolder.with { folder in
      try SampleTensors.mixed().write(to: folder.path("x"))
      var bytes = try folder.read("x")
      bytes[7] = 0xFF
      try folder.write(bytes, to: "x")
      let error = try #require(throws: ContainerError.self) {
        try TensorFile.open(folder.path("x"))
      }
      #expect(error.problem == .header(.interruptedInPlace))
      #expect(error.description.contains("lora recover"))
    }
  }

  @Test func `metadata is replaced at the end, within the slack`() throws {
    try ScratchFolder.with { folder in
      let sample = SampleTensors.mixed()
      for compression in [TensorFileWriter.Compression.none, .blockedGzip] {
        let final: OrderedDictionary = [
          "format": "pt", "lora": String(repeating: "x", count: 1500),
        ]
        try sample.write(
          to: folder.path("x"), compression: compression, finalMetadata: final)
        let file = try TensorFile.open(folder.path("x"))
        #expect(file.header.metadata == final)
        #expect(try file.data() == sample.data)
        let error = try #require(throws: ContainerError.self) {
          try sample.write(
            to: folder.path("y"), compression: compression,
            finalMetadata: ["lora": String(repeating: "x", count: 10_000)])
        }
        #expect(error.category == .cannotCreate)
        #expect(try folder.names() == ["x"])
      }
    }
  }

  @Test func `a file that changes while it is read is noticed`() throws {
    try ScratchFolder.with { folder in
      try SampleTensors.mixed().write(to: folder.path("x"))
      let file = try TensorFile.open(folder.path("x"))
      try file.checkUnchanged()
      _ = try Tool.shell("printf '\\1' >> '\(folder.path("x"))'")
      let error = try #require(throws: ContainerError.self) { try file.checkUnchanged() }
      #expect(error.problem == .input(.changed))
    }
  }
}
