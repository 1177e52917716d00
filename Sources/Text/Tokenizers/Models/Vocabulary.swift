import JSON
import Kernels

/// The tokens of a model and their ids: both ways, by bytes.
struct Vocabulary: Sendable {
  /// The largest id a token may have: tables by id stay small.
  static let idLimit = (1 << 24) - 1

  /// The bytes of all tokens, one after the other.
  private var pool: [UInt8] = []
  /// Where the bytes of each entry end in `pool`.
  private var ends: [Int] = []
  private(set) var ids: [Int32] = []
  private var table: KeyTable
  /// The entry of each id, -1 for an id without a token.
  private var entries: [Int32] = []

  init(capacity: Int = 0) {
    table = KeyTable(capacity: capacity)
    ends.reserveCapacity(capacity)
    ids.reserveCapacity(capacity)
  }

  /// One more than the largest id.
  var idBound: Int { entries.count }

  /// How many tokens there are.
  var count: Int { ids.count }

  enum Addition { case added, knownToken, knownID }

  /// Adds a token, unless it or its id is there.
  mutating func add(_ token: [UInt8], id: Int) -> Addition {
    let hash = token.withBytes { KeyTable.hash($0) }
    let entry = ids.count
    guard table.find(hash, where: { isEntry($0, token[...]) }) == nil else { return .knownToken }
    while entries.count <= id { entries.append(-1) }
    guard entries[id] < 0 else { return .knownID }
    _ = table.insert(entry, hash: hash) { _ in false }
    pool += token
    ends.append(pool.count)
    ids.append(Int32(id))
    entries[id] = Int32(entry)
    return .added
  }

  /// The id of a token.
  func find(_ token: [UInt8]) -> Int? { find(token[...]) }

  /// The id of the token with the bytes of the slice.
  func find(_ token: ArraySlice<UInt8>) -> Int? {
    let hash = token.withBytes { KeyTable.hash($0) }
    return table.find(hash) { isEntry($0, token) }.map { Int(ids[$0]) }
  }

  private func isEntry(_ entry: Int, _ token: ArraySlice<UInt8>) -> Bool {
    let range = range(entry)
    guard range.count == token.count else { return false }
    var place = range.lowerBound
    for byte in token {
      if pool[place] != byte { return false }
      place += 1
    }
    return true
  }

  /// The bytes of the token with this id; nil when there is none.
  subscript(id: Int) -> ArraySlice<UInt8>? {
    guard id >= 0, id < entries.count, entries[id] >= 0 else { return nil }
    return pool[range(Int(entries[id]))]
  }

  private func range(_ entry: Int) -> Range<Int> {
    (entry == 0 ? 0 : ends[entry - 1])..<ends[entry]
  }

  /// Calls `body` with every token and its id, in the file's order.
  func forEach(_ body: (ArraySlice<UInt8>, Int) -> Void) {
    for entry in ids.indices { body(pool[range(entry)], Int(ids[entry])) }
  }

  /// The tokens that the byte-level alphabet can write, as the bytes that they stand for.
  func byteLevel() -> Vocabulary {
    var result = Vocabulary(capacity: count)
    forEach { token, id in
      if let bytes = ByteAlphabet.bytes(of: token) { _ = result.add(bytes, id: id) }
    }
    return result
  }
}
