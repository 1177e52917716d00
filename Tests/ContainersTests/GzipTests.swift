import Kernels
import Tensors
import TestSupport
import Testing

@testable import Containers

@Suite struct GzipTests {
  @Test(arguments: [0, 1, 1 << 20 - 1, 1 << 20, 1 << 20 + 1, 5 << 20 + 3], [1, 2, 5])
  func `blocked gzip gives back what went in, whole and in parts`(
    _ size: Int, _ threads: Int
  ) throws {
    try ScratchFolder.with { folder in
      let sample = SampleTensors([("a", .u8, [size]), ("b", .u8, [7])])
      try sample.write(to: folder.path("x"), compression: .blockedGzip, threads: threads)
      let file = try TensorFile.open(folder.path("x"))
      #expect(file.compression == .blockedGzip && file.isRandomAccess)
      #expect(try file.data(threads: threads) == sample.data)
      for range in [0..<1, size / 2..<size / 2 + 5, max(size - 3, 0)..<size + 7] {
        #expect(try file.data(in: range) == Array(sample.data[range]))
      }
    }
  }

  @Test(
    .enabled(if: Facility.gzip.isHere, "\(Facility.gzip.need)"),
    .enabled(if: Facility.python.isHere, "\(Facility.python.need)"))
  func `gunzip and Python give the plain file back`() throws {
    try ScratchFolder.with { folder in
      let sample = SampleTensors([("a", .u8, [3 << 20 + 17]), ("b", .bf16, [12, 5])])
      try sample.write(to: folder.path("plain"))
      try sample.write(to: folder.path("x.gz"), compression: .blockedGzip, threads: 2)
      let gunzip = try Tool.shell("gunzip -c x.gz | cmp - plain", in: folder.root)
      #expect(gunzip.exitCode == 0, "\(gunzip.text)")
      let python = try Tool.shell(
        """
        python3 -c 'import gzip; \
        assert gzip.open("x.gz").read() == open("plain", "rb").read()'
        """, in: folder.root)
      #expect(python.exitCode == 0, "\(python.errorText)")
      // Seen as a stream, without its index, it reads the same.
      let stream = try InflateStream(
        FileStream(InputFile(folder.path("x.gz"))), format: .raw, path: "x.gz")
      #expect(try contents(of: stream) == folder.read("plain"))
    }
  }

  private func contents(of stream: any ByteStream) throws -> [UInt8] {
    var (all, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 100_000))
    while true {
      let count = try chunk.withMutableBytes { try stream.read(into: &$0) }
      guard count > 0 else { return all }
      all += chunk[..<count]
    }
  }

  @Test(
    .enabled(if: Facility.gzip.isHere, "\(Facility.gzip.need)"),
    arguments: ["gzip", "gzip -1; head -c 9000 /dev/zero"])
  func `what gzip compresses is read as a stream, any number of times`(
    _ command: String
  ) throws {
    try expectStream(of: command)
  }

  @Test(.enabled(if: Facility.pigz.isHere, "\(Facility.pigz.need)"))
  func `what pigz compresses is read as a stream, any number of times`() throws {
    try expectStream(of: "pigz -z")
  }

  private func expectStream(of command: String) throws {
    try ScratchFolder.with { folder in
      let sample = SampleTensors.mixed()
      try sample.write(to: folder.path("plain"))
      let made = try Tool.shell("{ \(command); } < plain > x", in: folder.root)
      #expect(made.exitCode == 0, "\(made.errorText)")
      let file = try TensorFile.open(folder.path("x"))
      #expect(file.compression == .gzip && !file.isRandomAccess)
      #expect(try file.data() == sample.data)
      #expect(try file.data() == sample.data)
      let entry = try #require(file.header.entry(named: "model.head.weight"))
      #expect(try file.tensor(entry).bytes == Array(sample.data[entry.range]))
      let error = try #require(throws: ContainerError.self) { try file.data(in: 0..<1) }
      #expect(error.problem == .input(.needsRandomAccess))
    }
  }

  @Test(arguments: ["cat", "blocked"])
  func `a file that is cut short anywhere is refused`(_ command: String) throws {
    try expectCutsRefused(command)
  }

  @Test(.enabled(if: Facility.gzip.isHere, "\(Facility.gzip.need)"))
  func `what gzip made is refused when it is cut short anywhere`() throws {
    try expectCutsRefused("gzip -9")
  }

  @Test(.enabled(if: Facility.pigz.isHere, "\(Facility.pigz.need)"))
  func `what pigz made is refused when it is cut short anywhere`() throws {
    try expectCutsRefused("pigz -z")
  }

  private func expectCutsRefused(_ command: String) throws {
    try ScratchFolder.with { folder in
      let sample = SampleTensors([("a", .bf16, [9]), ("b", .f32, [3])])
      try sample.write(to: folder.path("plain"), metadata: [:])
      // Without the padding, so that there is something to cut everywhere.
      let header = try TensorFile.open(folder.path("plain")).header
      let text = try folder.read("plain")[8..<header.dataStart].prefix { $0 != UInt8(ascii: " ") }
      try folder.write(bytes(of: UInt64(text.count)) + text + sample.data, to: "plain")
      if command == "blocked" {
        try sample.write(to: folder.path("x"), compression: .blockedGzip, metadata: [:])
      } else {
        let made = try Tool.shell("\(command) < plain > x", in: folder.root)
        #expect(made.exitCode == 0, "\(made.errorText)")
      }
      let whole = try folder.read("x")
      #expect(try TensorFile.open(folder.path("x")).data() == sample.data)
      // The padding of the blocked file's header is long and dull.
      for count in 0..<whole.count where count % 61 == 0 || whole.count - count < 400 {
        try folder.write(whole[..<count], to: "y")
        do throws(ContainerError) {
          let file = try TensorFile.open(folder.path("y"))
          let fingerprint = try file.fingerprint()
          // A blocked file cut between members, behind its data, is whole gzip without an index.
          #expect(command == "blocked" && file.compression == .gzip, "\(count)")
          #expect(fingerprint == Fingerprint(tensors: sample.digests))
        } catch {
          #expect([.badData].contains(error.category))
        }
      }
    }
  }

  @Test func `a flipped bit in a blocked file is refused or changes nothing`() throws {
    try ScratchFolder.with { folder in
      let sample = SampleTensors([("a", .bf16, [9]), ("b", .f32, [3])])
      try sample.write(to: folder.path("x"), compression: .blockedGzip, metadata: [:])
      let whole = try folder.read("x")
      let start = try TensorFile.open(folder.path("x")).header.dataStart
      var random = SeededBytes(state: 3)
      // The padding of the header is long and dull: half of the flips lie outside of it.
      for round in 0..<200 {
        let place =
          round % 2 == 0
          ? Int.random(in: start..<whole.count, using: &random)
          : Int.random(in: 0..<start, using: &random)
        var damaged = whole
        damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        try folder.write(damaged, to: "y")
        do throws(ContainerError) {
          let file = try TensorFile.open(folder.path("y"))
          #expect(try file.fingerprint() == Fingerprint(tensors: sample.digests))
        } catch {
          #expect(error.category == .badData)
        }
      }
    }
  }

  @Test func `an index of many members fits its file or is refused`() throws {
    try ScratchFolder.with { folder in
      for count in [1, 8191, 8192, 20_000] {
        let blocks = (0..<count).map {
          BlockedGzip.Block(memberSize: 100 + $0 % 7, contentSize: 1 + $0 % 100)
        }
        let size = blocks.reduce(0) { $0 + $1.memberSize }
        let index = BlockedGzip.index(of: blocks)
        let path = try folder.write([UInt8](repeating: 0, count: size) + index, to: "x")
        let file = try InputFile(path)
        let read = try #require(try BlockedGzipIndex(of: file, size: size + index.count))
        #expect(read.blocks == blocks)
        #expect(read.memberOffsets.last == size)
        for offset in [0, read.contentOffsets[count] / 2, read.contentOffsets[count] - 1] {
          let block = read.block(at: offset)
          #expect(read.contentOffsets[block] <= offset && offset < read.contentOffsets[block + 1])
        }
        // A member more or less before the index does not fit.
        try folder.write([UInt8](repeating: 0, count: size + 1) + index, to: "y")
        let error = try #require(throws: ContainerError.self) {
          try BlockedGzipIndex(of: InputFile(folder.path("y")), size: size + 1 + index.count)
        }
        #expect(error.problem == .gzip(.badIndex))
      }
    }
  }

  @Test func `numbers in the end member cannot make it allocate or overflow`() throws {
    try ScratchFolder.with { folder in
      let huge = [UInt64.max, 1 << 63, 1 << 40, UInt64(UInt32.max), 51, 0]
      for start in huge {
        for count in huge {
          var end = BlockedGzip.end(of: [])
          end.replaceSubrange(16..<40, with: bytes(of: start) + bytes(of: count) + bytes(of: start))
          let path = try folder.write([UInt8](repeating: 0, count: 51) + end, to: "x")
          #expect(throws: ContainerError.self) {
            try BlockedGzipIndex(of: InputFile(path), size: 101)
          }
        }
      }
    }
  }

  @Test func `the parts of an index are told from other extra fields`() throws {
    let extra = Array("XX".utf8) + [1, 0, 9] + Array("LR".utf8) + [2, 0, 7, 8]
    let header =
      [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 255] + bytes(of: UInt16(extra.count)) + extra
    var rest = header[2...]
    let read = try GzipMemberHeader { () throws(GzipFailure) in
      guard let byte = rest.popFirst() else { throw .problem(.endsEarly) }
      return byte
    }
    #expect(read.field("L", "R").map(Array.init) == [7, 8])
    #expect(read.field("L", "I") == nil)
    #expect(read.byteCount == header.count)
  }
}

extension SampleTensors {
  /// Name and digest of each tensor.
  var digests: [(name: String, digest: Fingerprint)] {
    var start = 0
    return entries.map { entry in
      let end = start + (entry.shape.byteCount(of: entry.type) ?? 0)
      defer { start = end }
      let tensor = Tensor(type: entry.type, shape: entry.shape, bytes: Array(data[start..<end]))
      return (entry.name, Fingerprint(tensor))
    }
  }
}
