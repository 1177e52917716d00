import Containers
import SystemPackage

/// A file or folder of a simulated disk: as programs see it, and as far as it is on the disk.
struct SimulatedNode: Sendable {
  enum Write: Sendable {
    case bytes([UInt8], at: Int)
    case size(Int)
  }

  let isFolder: Bool
  var permissions: FilePermissions
  /// Of a file.
  var content: [UInt8] = []
  /// What is written and not synchronized, in order.
  private(set) var pending: [Write] = []
  /// Of a folder: nodes by their names.
  var entries: [String: Int] = [:]
  /// What is renamed and not synchronized, in order; names that change together are one item.
  private(set) var pendingNames: [[String: Int?]] = []
  private var durable: [UInt8] = []
  private var durableEntries: [String: Int] = [:]

  init(isFolder: Bool, permissions: FilePermissions = [.ownerReadWrite]) {
    self.isFolder = isFolder
    self.permissions = permissions
  }

  mutating func write(_ bytes: [UInt8], at offset: Int) {
    Self.apply(.bytes(bytes, at: offset), to: &content)
    pending.append(.bytes(bytes, at: offset))
  }

  mutating func resize(to size: Int) {
    Self.apply(.size(size), to: &content)
    pending.append(.size(size))
  }

  mutating func rename(_ names: [String: Int?]) {
    Self.apply(names, to: &entries)
    pendingNames.append(names)
  }

  mutating func synchronize() {
    durable = content
    durableEntries = entries
    pending = []
    pendingNames = []
  }

  private static func apply(_ names: [String: Int?], to entries: inout [String: Int]) {
    for (name, node) in names { entries[name] = node }
  }

  private static func apply(_ write: Write, to content: inout [UInt8]) {
    switch write {
    case .size(let size):
      if size < content.count { content.removeLast(content.count - size) }
      if size > content.count { content += [UInt8](repeating: 0, count: size - content.count) }
    case .bytes(let bytes, let offset):
      let end = offset + bytes.count
      if content.count < end { content += [UInt8](repeating: 0, count: end - content.count) }
      content.replaceSubrange(offset..<end, with: bytes)
    }
  }

  // MARK: The power fails

  /// Bytes that reach the disk together.
  private static let sector = 16

  /// Keeps what was synchronized, and of the rest what chance says.
  mutating func losePower(_ random: inout SeededBytes) {
    content = durable
    for write in pending { Self.land(write, on: &content, &random) }
    entries = durableEntries
    for names in pendingNames where random.next() % 2 == 0 { Self.apply(names, to: &entries) }
    synchronize()
  }

  private static func land(
    _ write: Write, on content: inout [UInt8], _ random: inout SeededBytes
  ) {
    guard case .bytes(let bytes, let offset) = write else {
      if random.next() % 2 == 0 { apply(write, to: &content) }
      return
    }
    // Half of all writes fare as a whole, the others each sector for itself.
    let step = random.next() % 2 == 0 ? max(bytes.count, 1) : sector
    for start in stride(from: 0, to: bytes.count, by: step) {
      let piece = Array(bytes[start..<min(start + step, bytes.count)])
      switch random.next() % 3 {
      case 0: apply(.bytes(piece, at: offset + start), to: &content)
      case 1:
        let garbage = piece.map { _ in UInt8(truncatingIfNeeded: random.next()) }
        apply(.bytes(garbage, at: offset + start), to: &content)
      default: break
      }
    }
  }
}
