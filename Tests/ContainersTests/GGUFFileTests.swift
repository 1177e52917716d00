import Containers
import Tensors
import TestSupport
import Testing

/// GGUF files that nobody can trust.
struct GGUFFileTests {
  private static let tensors: [(name: String, tensor: Tensor)] = [
    ("blk.0.attn_q.weight.lora_a", Tensor([Float(1), 2, 3, 4, 5, 6], shape: [2, 3])),
    ("blk.0.attn_q.weight.lora_b", Tensor([Float(7), 8], shape: [1, 2]).converted(to: .bf16)),
    ("half", Tensor([Float(0.5)], shape: [1]).converted(to: .f16)),
  ]
  private static let metadata: GGUFMetadata = [
    "general.type": .text("adapter"), "a.number": .unsigned(7), "a.long": .unsigned(1 << 40),
    "a.negative": .signed(-3), "a.float": .float(0.25), "a.flag": .bool(true),
  ]

  private static func bytes(in scratch: ScratchFolder) throws -> [UInt8] {
    try GGUFFileWriter.write(
      tensors, metadata: metadata,
      to: .path(scratch.path("good.gguf"), OutputOptions(synchronizes: false)))
    return try scratch.read("good.gguf")
  }

  /// What opening `bytes` says; nil when it is accepted.
  private static func complaint(_ bytes: [UInt8], in scratch: ScratchFolder) throws -> String? {
    let path = try scratch.write(bytes, to: "bad.gguf")
    do throws(ContainerError) {
      _ = try GGUFFile.open(path).tensors()
      return nil
    } catch {
      return error.description
    }
  }

  @Test func `what is written is read back`() throws {
    try ScratchFolder.with { scratch in
      _ = try Self.bytes(in: scratch)
      let file = try GGUFFile.open(scratch.path("good.gguf"))
      #expect(file.metadata == Self.metadata)
      let found = try file.tensors()
      #expect(found.map(\.name) == Self.tensors.map(\.name))
      #expect(found.map(\.tensor) == Self.tensors.map(\.tensor))
    }
  }

  @Test func `a file cut anywhere is refused with file and byte`() throws {
    try ScratchFolder.with { scratch in
      let bytes = try Self.bytes(in: scratch)
      // Padding behind the last tensor may be missing; its 2 bytes may not.
      for count in 0..<(bytes.count - 30) {
        let complaint = try #require(try Self.complaint(Array(bytes[..<count]), in: scratch))
        #expect(complaint.contains("bad.gguf: "), "\(count)")
      }
    }
  }

  @Test func `no byte of the header, whatever it becomes, is more than an error`() throws {
    try ScratchFolder.with { scratch in
      let bytes = try Self.bytes(in: scratch)
      for index in bytes.indices {
        for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
          var damaged = bytes
          damaged[index] = value
          _ = try Self.complaint(damaged, in: scratch)
        }
      }
    }
  }

  /// Little-endian bytes of a number.
  private static func le(_ number: some FixedWidthInteger) -> [UInt8] {
    stride(from: 0, to: number.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  private static func text(_ text: String) -> [UInt8] { le(UInt64(text.utf8.count)) + text.utf8 }

  private static func start(version: UInt32 = 3, tensors: UInt64, keys: UInt64) -> [UInt8] {
    Array("GGUF".utf8) + le(version) + le(tensors) + le(keys)
  }

  private static func tensor(
    _ name: String = "t", dimensions: [UInt64] = [2], type: UInt32 = 0, offset: UInt64 = 0
  ) -> [UInt8] {
    text(name) + le(UInt32(dimensions.count)) + dimensions.flatMap { le($0) } + le(type)
      + le(offset)
  }

  private static let padding = [UInt8](repeating: 0, count: 200)

  static let attacks: [(name: String, bytes: [UInt8], says: String)] = [
    ("another magic", Array("GGML".utf8) + padding, "does not begin with GGUF"),
    ("version 1", start(version: 1, tensors: 0, keys: 0) + padding, "GGUF version 1"),
    ("big-endian", start(version: 0x0300_0000, tensors: 0, keys: 0) + padding, "big-endian"),
    ("tensors beyond the file", start(tensors: 1 << 60, keys: 0) + padding, "tensors, more than"),
    ("keys beyond the file", start(tensors: 0, keys: 1 << 40) + padding, "keys, more than"),
    (
      "a text beyond the file", start(tensors: 0, keys: 1) + le(UInt64(1) << 62) + padding,
      "a text has"
    ),
    (
      "an array beyond the file",
      start(tensors: 0, keys: 1) + text("k") + le(UInt32(9)) + le(UInt32(4)) + le(UInt64.max)
        + padding, "elements, more than"
    ),
    (
      "arrays inside arrays",
      start(tensors: 0, keys: 1) + text("k")
        + (le(UInt32(9)) as [UInt8]) + (0..<6).flatMap { _ in le(UInt32(9)) + le(UInt64(1)) }
        + padding, "arrays lie inside each other"
    ),
    (
      "a type nobody has", start(tensors: 0, keys: 1) + text("k") + le(UInt32(13)) + padding,
      "unknown type 13"
    ),
    (
      "the same key twice",
      start(tensors: 0, keys: 2) + text("k") + le(UInt32(7)) + [1] + text("k") + le(UInt32(7)) + [1]
        + padding, "the key \"k\" is there twice"
    ),
    (
      "an alignment of 3",
      start(tensors: 0, keys: 1) + text("general.alignment") + le(UInt32(4)) + le(UInt32(3))
        + padding, "general.alignment is 3"
    ),
    (
      "no dimension", start(tensors: 1, keys: 0) + tensor(dimensions: []) + padding,
      "tensor \"t\": byte 24: has 0 dimensions"
    ),
    (
      "a product that overflows",
      start(tensors: 1, keys: 0) + tensor(dimensions: [1 << 40, 1 << 40]) + padding,
      "does not fit in 63 bits"
    ),
    (
      "a quantised tensor", start(tensors: 1, keys: 0) + tensor(type: 12) + padding,
      "is quantised (Q4_K)"
    ),
    (
      "an offset beyond the file", start(tensors: 1, keys: 0) + tensor(offset: 1 << 62) + padding,
      "expected 0"
    ),
    (
      "two tensors on one place",
      start(tensors: 2, keys: 0) + tensor("t") + tensor("u") + padding,
      "tensor \"u\": byte 57: begins at data byte 0, expected 32"
    ),
    (
      "two tensors of one name",
      start(tensors: 2, keys: 0) + tensor() + tensor(offset: 32) + padding, "there twice"
    ),
    (
      "bytes behind the last tensor", start(tensors: 1, keys: 0) + tensor() + padding,
      "belongs to no tensor"
    ),
  ]

  @Test(arguments: attacks.indices)
  func `an attack is refused and named`(_ index: Int) throws {
    let (name, bytes, says) = Self.attacks[index]
    try ScratchFolder.with { scratch in
      let complaint = try Self.complaint(bytes, in: scratch)
      #expect(complaint?.contains(says) ?? false, "\(name): \(complaint ?? "accepted")")
    }
  }
}
