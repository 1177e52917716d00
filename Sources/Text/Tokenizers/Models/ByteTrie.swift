/// Byte strings as a tree, to find those that a text begins with.
struct ByteTrie: Sendable {
  /// Children by node and byte.
  private var keys: [UInt64]
  private var children: [Int32]
  private var used = 0
  /// The children of the root.
  private var first = [Int32](repeating: -1, count: 256)
  /// The value of each node; -1 for none.
  private var values: [Int32] = [-1]
  private static let free = UInt64.max

  static let root: Int32 = 0

  init() {
    keys = Array(repeating: Self.free, count: 1024)
    children = Array(repeating: -1, count: 1024)
  }

  /// Sets the value of a byte string.
  mutating func set(_ bytes: some Sequence<UInt8>, to value: Int) {
    var node = Self.root
    for byte in bytes {
      var child = self.child(of: node, byte)
      if child < 0 {
        child = Int32(values.count)
        values.append(-1)
        insert(node, byte, child)
      }
      node = child
    }
    values[Int(node)] = Int32(value)
  }

  /// Where a byte leads from a node; -1 for nowhere.
  @inline(__always)
  func child(of node: Int32, _ byte: UInt8) -> Int32 {
    guard node != Self.root else { return first[Int(byte)] }
    let key = UInt64(node) << 8 | UInt64(byte)
    var slot = slot(key)
    while true {
      let found = keys[slot]
      if found == key { return children[slot] }
      if found == Self.free { return -1 }
      slot = (slot + 1) & (keys.count - 1)
    }
  }

  /// The value of a node; -1 for none.
  @inline(__always)
  func value(_ node: Int32) -> Int32 { values[Int(node)] }

  /// The node of a byte string; -1 when none begins with it.
  func node(of bytes: some Sequence<UInt8>) -> Int32 {
    var node = Self.root
    for byte in bytes {
      node = child(of: node, byte)
      if node < 0 { return -1 }
    }
    return node
  }

  private mutating func insert(_ node: Int32, _ byte: UInt8, _ child: Int32) {
    guard node != Self.root else {
      first[Int(byte)] = child
      return
    }
    if used * 2 >= keys.count { grow() }
    place(UInt64(node) << 8 | UInt64(byte), child)
    used += 1
  }

  private mutating func place(_ key: UInt64, _ child: Int32) {
    var slot = slot(key)
    while keys[slot] != Self.free { slot = (slot + 1) & (keys.count - 1) }
    keys[slot] = key
    children[slot] = child
  }

  private mutating func grow() {
    let old = (keys, children)
    keys = Array(repeating: Self.free, count: old.0.count * 2)
    children = Array(repeating: -1, count: old.0.count * 2)
    for (slot, key) in old.0.enumerated() where key != Self.free { place(key, old.1[slot]) }
  }

  @inline(__always)
  private func slot(_ key: UInt64) -> Int {
    let mixed = key &* 0x9E37_79B9_7F4A_7C15
    return Int((mixed ^ mixed >> 32) & UInt64(keys.count - 1))
  }
}
