import JSON
import Kernels
import Tensors

/// What a journal says about a change in place, apart from the old bytes in its ring.
///
/// 1. 8 bytes `LORAJRN1`. 2. Two u64: the length of the plan, and that of everything up to the end
/// of 6. 3. The plan, as JSON:
///
///     {"files": [{"name": "model.safetensors", "size": 123, "header": 4096}, …],
///      "chunks": 17, "ring": 67108864,
///      "moves": [{"from": "…", "to": "…"}, …],  names changed when all bytes are written,
///      "removals": ["…", …],                    and names removed, in this folder or absolute
///      "recipe": …,                             how the new bytes are computed
///      "preparations": [{"tensor": "…", "size": 8}, …]}
///
/// 4. For each file its header as it was, 8 + N bytes, then as it becomes, as long. 5. For each
/// chunk, 48 bytes: u32 file, u32 length, u64 offset in the file, the XXH3-128 of its old and of its
/// new bytes. 6. The preparations, then the XXH3-128 of everything before it. 7. From the next
/// multiple of 4096 on, the ring.
///
/// All integers are little-endian, digests most significant byte first.
package struct JournalContents: Equatable, Sendable {
  /// One file that is changed.
  package struct File: Equatable, Sendable {
    /// A bare name in the journal's folder.
    package var name: String
    package var size: Int
    /// Length field and text as they were.
    package var header: [UInt8]
    /// The same as they become; as long, and with the same length field.
    package var newHeader: [UInt8]

    package init(name: String, size: Int, header: [UInt8], newHeader: [UInt8]) {
      self.name = name
      self.size = size
      self.header = header
      self.newHeader = newHeader
    }
  }

  /// Bytes of a file that change.
  package struct Chunk: Equatable, Sendable {
    /// A position in `files`.
    package var file: Int
    /// Bytes of the file.
    package var range: Range<Int>
    package var old: Digest
    package var new: Digest

    package init(file: Int, range: Range<Int>, old: Digest, new: Digest) {
      self.file = file
      self.range = range
      self.old = old
      self.new = new
    }
  }

  /// A finished file that takes the place of another one when all bytes are written.
  package struct Move: Equatable, Sendable {
    package var source: String
    package var target: String

    package init(_ source: String, to target: String) {
      self.source = source
      self.target = target
    }
  }

  package var files: [File]
  package var chunks: [Chunk]
  package var moves: [Move] = []
  /// Files that the new state does not need.
  package var removals: [String] = []
  /// How the new bytes are computed, for whoever wrote it.
  package var recipe: JSONValue = .null
  /// What transforms found by reading whole tensors, by tensor (`TensorTransform.preparation`).
  package var preparations: [(tensor: String, bytes: [UInt8])] = []
  /// Bytes of the ring; no chunk is larger.
  package var ringSize: Int

  package init(files: [File], chunks: [Chunk], ringSize: Int) {
    self.files = files
    self.chunks = chunks
    self.ringSize = ringSize
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.bytes == right.bytes
  }
}

extension JournalContents {
  static let magic = Array("LORAJRN1".utf8)
  /// Bytes before the plan.
  static let prefixLength = 24

  /// Items 1 to 6.
  package var bytes: [UInt8] {
    let plan = Array(plan.compactText.utf8)
    var body: [UInt8] = []
    for file in files { body += file.header + file.newHeader }
    for chunk in chunks {
      body += Containers.bytes(of: UInt32(chunk.file))
      body += Containers.bytes(of: UInt32(chunk.range.count))
      body += Containers.bytes(of: UInt64(chunk.range.lowerBound))
      body += chunk.old.bytes + chunk.new.bytes
    }
    for preparation in preparations { body += preparation.bytes }
    let length = Self.prefixLength + plan.count + body.count + 16
    var result =
      Self.magic + Containers.bytes(of: UInt64(plan.count)) + Containers.bytes(of: UInt64(length))
    result += plan
    result += body
    return result + result.withBytes { Digest(of: $0).bytes }
  }

  private var plan: JSONValue {
    JSONValue(members: [
      (
        "files",
        .array(
          files.map { file in
            JSONValue(members: [
              ("name", .string(file.name)), ("size", .number(JSONNumber(file.size))),
              ("header", .number(JSONNumber(file.header.count))),
            ])
          })
      ),
      ("chunks", .number(JSONNumber(chunks.count))), ("ring", .number(JSONNumber(ringSize))),
      (
        "moves",
        .array(
          moves.map {
            JSONValue(members: [("from", .string($0.source)), ("to", .string($0.target))])
          })
      ),
      ("removals", .array(removals.map { .string($0) })), ("recipe", recipe),
      (
        "preparations",
        .array(
          preparations.map {
            JSONValue(members: [
              ("tensor", .string($0.tensor)), ("size", .number(JSONNumber($0.bytes.count))),
            ])
          })
      ),
    ])
  }

  /// Reads items 1 to 6; nil when they are not whole.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.prefixLength + 16, bytes.starts(with: Self.magic) else { return nil }
    let digest = bytes.withBytes { Digest(of: $0.extracting(0..<(bytes.count - 16))) }
    guard digest.bytes == Array(bytes.suffix(16)) else { return nil }
    var reader = ByteReader(bytes.dropLast(16), from: 8)
    guard let planLength = reader.integer(UInt64.self), reader.integer(UInt64.self) != nil,
      let text = reader.take(Int(clamping: planLength)),
      let plan = try? JSONValue(parsing: String(decoding: text, as: UTF8.self)),
      let ring = plan["ring"]?.int, let count = plan["chunks"]?.int
    else { return nil }
    self.init(files: [], chunks: [], ringSize: ring)
    recipe = plan["recipe"] ?? .null
    for move in plan["moves"]?.array ?? [] {
      guard let from = move["from"]?.string, let to = move["to"]?.string else { return nil }
      moves.append(Move(from, to: to))
    }
    removals = (plan["removals"]?.array ?? []).compactMap(\.string)
    guard readFiles(plan["files"]?.array ?? [], &reader), readChunks(count, &reader),
      readPreparations(plan["preparations"]?.array ?? [], &reader), reader.isAtEnd
    else { return nil }
  }

  private mutating func readFiles(_ list: [JSONValue], _ reader: inout ByteReader) -> Bool {
    for file in list {
      guard let name = file["name"]?.string, ShardNames.isBare(name),
        let size = file["size"]?.int, let length = file["header"]?.int, length >= 8,
        let header = reader.take(length), let newHeader = reader.take(length)
      else { return false }
      files.append(File(name: name, size: size, header: header, newHeader: newHeader))
    }
    return !files.isEmpty
  }

  private mutating func readChunks(_ count: Int, _ reader: inout ByteReader) -> Bool {
    for _ in 0..<count {
      guard let file = reader.integer(UInt32.self), let length = reader.integer(UInt32.self),
        let offset = reader.integer(UInt64.self), let old = reader.digest(),
        let new = reader.digest(), files.indices.contains(Int(file)), length <= ringSize
      else { return false }
      let start = Int(clamping: offset)
      guard start <= files[Int(file)].size - Int(length) else { return false }
      chunks.append(
        Chunk(file: Int(file), range: start..<(start + Int(length)), old: old, new: new))
    }
    return true
  }

  private mutating func readPreparations(
    _ list: [JSONValue], _ reader: inout ByteReader
  ) -> Bool {
    for item in list {
      guard let tensor = item["tensor"]?.string, let size = item["size"]?.int,
        let bytes = reader.take(size)
      else { return false }
      preparations.append((tensor, bytes))
    }
    return true
  }
}

/// Takes an array of bytes apart from front to back.
private struct ByteReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>, from position: Int) {
    self.bytes = bytes
    self.position = position
  }

  var isAtEnd: Bool { position == bytes.endIndex }

  mutating func take(_ count: Int) -> [UInt8]? {
    guard count >= 0, count <= bytes.endIndex - position else { return nil }
    defer { position += count }
    return Array(bytes[position..<(position + count)])
  }

  mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
    take(Value.bitWidth / 8).map { Containers.integer($0, as: type) }
  }

  mutating func digest() -> Digest? {
    guard let bytes = take(16) else { return nil }
    let (high, low) = (bytes[..<8].reversed(), bytes[8...].reversed())
    return Digest(
      high: Containers.integer(high, as: UInt64.self), low: Containers.integer(low, as: UInt64.self)
    )
  }
}
