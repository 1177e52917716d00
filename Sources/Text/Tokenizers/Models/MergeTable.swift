/// Which pairs of tokens merge, in which order, and into what.
struct MergeTable: Sendable {
  /// A merge: its rank in the upper half, the token it makes in the lower; the smallest goes first.
  typealias Merge = UInt64
  static let none = Merge.max

  private var keys: [UInt64]
  private var merges: [Merge]
  private let shift: UInt64
  private static let free = UInt64.max

  init(capacity: Int) {
    var bits: UInt64 = 4
    while 1 << bits < capacity * 2 { bits += 1 }
    shift = 64 - bits
    keys = Array(repeating: Self.free, count: 1 << bits)
    merges = Array(repeating: Self.none, count: 1 << bits)
  }

  /// Sets what a pair makes; at most `capacity` pairs.
  mutating func set(_ left: Int, _ right: Int, rank: Int, makes token: Int) {
    let key = UInt64(left) << 32 | UInt64(right)
    var slot = slot(key)
    while keys[slot] != Self.free, keys[slot] != key { slot = (slot + 1) & (keys.count - 1) }
    keys[slot] = key
    merges[slot] = UInt64(rank) << 32 | UInt64(token)
  }

  @inline(__always)
  func find(_ left: UInt32, _ right: UInt32) -> Merge {
    let key = UInt64(left) << 32 | UInt64(right)
    var slot = slot(key)
    while true {
      let found = keys[slot]
      if found == key { return merges[slot] }
      if found == Self.free { return Self.none }
      slot = (slot + 1) & (keys.count - 1)
    }
  }

  /// Fibonacci hashing, twice, so that both halves of the key reach the upper bits.
  @inline(__always)
  private func slot(_ key: UInt64) -> Int {
    let mixed = (key ^ (key >> 32)) &* 0x9E37_79B9_7F4A_7C15
    return Int(((mixed ^ (mixed >> 29)) &* 0xBF58_476D_1CE4_E5B9) >> shift)
  }
}
