@testable import Containers
import JSON
import Kernels
import Tensors
import Testing
import TestSupport

@Suite struct FingerprintTests {
  @Test func `a file, its gzip forms and its shards have one fingerprint`() throws {
    try ScratchFolder.with { folder in
      let sample = SampleTensors.mixed(scale: 900)
      let expected = Fingerprint(tensors: sample.digests)
      try sample.write(to: folder.path("plain"))
      try sample.write(to: folder.path("blocked"), compression: .blockedGzip, threads: 2)
      _ = try Tool.shell("gzip -1 < plain > gzip", in: folder.root)
      try writeShards(of: sample, in: folder)
      for name in ["plain", "blocked", "gzip", "shards"] {
        let checkpoint = try Checkpoint.open(folder.path(name))
        #expect(try checkpoint.fingerprint() == expected, "\(name)")
        #expect(try checkpoint.fingerprint(threads: 3) == expected, "\(name)")
      }
    }
  }

  /// One tensor a file, in an order of its own.
  private func writeShards(of sample: SampleTensors, in folder: ScratchFolder) throws {
    let whole = try TensorFile.open(folder.path("plain"))
    var map: [(String, JSONValue)] = []
    for (number, entry) in whole.header.entries.reversed().enumerated() {
      let name = "model-\(number).safetensors"
      try folder.write([], to: "shards/\(name)")
      let tensor = try whole.tensor(entry)
      let writer = try TensorFileWriter(
        to: .path(folder.path("shards/\(name)"), OutputOptions(force: true)),
        entries: [(entry.name, entry.type, entry.shape)])
      try tensor.bytes.withBytes { try writer.append($0) }
      try writer.finish()
      map.append((entry.name, .string(name)))
    }
    let index: JSONValue = ["weight_map": JSONValue(members: map)]
    try folder.write(index.indentedText, to: "shards/model.safetensors.index.json")
  }

  @Test func `chunks are noted in any order`() throws {
    let sample = SampleTensors.mixed(scale: 3000)
    let entries = try HeaderWriter.entries(of: sample.entries)
    let builder = FingerprintBuilder(entries)
    let chunks = entries.indices.flatMap { tensor in
      (0..<Fingerprint.chunkCount(entries[tensor].byteCount)).map { (tensor, $0) }
    }
    #expect(chunks.count > entries.count)
    Parallel.forEach(count: chunks.count, threads: 4) { number in
      let (tensor, chunk) = chunks[chunks.count - 1 - number]
      let start = entries[tensor].range.lowerBound + chunk * Fingerprint.chunkSize
      let end = min(start + Fingerprint.chunkSize, entries[tensor].range.upperBound)
      sample.data.withBytes {
        builder.record(chunk: chunk, ofTensor: tensor, bytes: $0.extracting(start..<end))
      }
    }
    #expect(builder.fingerprint() == Fingerprint(tensors: sample.digests))
  }

  @Test func `name, type, shape and every byte count`() {
    let tensor = Tensor(type: .u8, shape: [2, 3], bytes: [1, 2, 3, 4, 5, 6])
    let others = [
      Tensor(type: .i8, shape: [2, 3], bytes: tensor.bytes),
      Tensor(type: .u8, shape: [3, 2], bytes: tensor.bytes),
      Tensor(type: .u8, shape: [6], bytes: tensor.bytes),
      Tensor(type: .u8, shape: [2, 3], bytes: [1, 2, 3, 4, 5, 7]),
    ]
    let digests = Set((others + [tensor]).map { Fingerprint($0) })
    #expect(digests.count == 5)
    let names = ["é", "e\u{301}", "a"].map { name in
      Fingerprint(tensors: [(name: name, digest: Fingerprint(tensor))])
    }
    #expect(Set(names).count == 3)
  }

  @Test func `the layout is the documented one`() throws {
    // Computed by a C program with libxxhash, from the three numbered steps.
    let sample = Tensor(type: .u8, shape: [3], bytes: [1, 2, 3])
    let fingerprint = Fingerprint(tensors: [(name: "a", digest: Fingerprint(sample))])
    #expect(fingerprint.description == "762a7c5208224c6fd91cc222c34f7f7f")
    #expect(Fingerprint(fingerprint.description) == fingerprint)
    #expect(Fingerprint(fingerprint.description.uppercased()) == nil)
    #expect(Fingerprint("12") == nil)
  }

  @Test func `the digest of nothing is that of the specification`() {
    // XXH3-128 of the empty input without a seed.
    let empty = [UInt8]().withBytes { Digest(of: $0) }
    #expect(empty == Digest(high: 0x99AA_06D3_0147_98D8, low: 0x6001_C324_468D_497F))
    var state = DigestState()
    let bytes = [UInt8](0...200)
    bytes.withBytes { whole in
      state.update(whole.extracting(0..<7))
      state.update(whole.extracting(7..<201))
      #expect(state.digest() == Digest(of: whole))
    }
  }
}
