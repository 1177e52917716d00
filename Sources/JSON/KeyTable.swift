import Kernels

/// An index from keys to small numbers that holds no key itself, 8 bytes a slot.
///
/// The caller keeps the keys and compares them byte for byte. The hash has a secret seed, so that
/// no file can make its keys collide.
package struct KeyTable: Sendable {
  /// Upper half: the hash; lower half: the number plus one, 0 when the slot is free.
  private var slots: [UInt64]
  package private(set) var count = 0
  private static let seed = UInt64.random(in: .min ... .max)

  /// A table for `capacity` keys that will not grow before it has them.
  package init(capacity: Int = 0) {
    var size = 8
    while size * 7 / 8 < capacity { size *= 2 }
    slots = Array(repeating: 0, count: size)
  }

  package static func hash(_ key: RawSpan) -> UInt32 {
    UInt32(truncatingIfNeeded: tableHash(of: key, seed: seed))
  }

  /// The number of the key with this hash for which `isKey` holds.
  package func find(_ hash: UInt32, where isKey: (Int) -> Bool) -> Int? {
    let mask = slots.count - 1
    var index = Int(hash) & mask
    while slots[index] != 0 {
      let slot = slots[index]
      let number = Int(slot & 0xFFFF_FFFF) - 1
      if slot >> 32 == hash, isKey(number) { return number }
      index = (index + 1) & mask
    }
    return nil
  }

  /// Adds a key under a number below 2^32 - 1, unless one with this hash is there for which
  /// `isKey` holds; says whether it was added.
  package mutating func insert(_ number: Int, hash: UInt32, unless isKey: (Int) -> Bool) -> Bool {
    if count + 1 > slots.count * 7 / 8 { grow() }
    let mask = slots.count - 1
    var index = Int(hash) & mask
    while slots[index] != 0 {
      let slot = slots[index]
      if slot >> 32 == hash, isKey(Int(slot & 0xFFFF_FFFF) - 1) { return false }
      index = (index + 1) & mask
    }
    slots[index] = UInt64(hash) << 32 | UInt64(number + 1)
    count += 1
    return true
  }

  private mutating func place(_ slot: UInt64) {
    let mask = slots.count - 1
    var index = Int(slot >> 32) & mask
    while slots[index] != 0 { index = (index + 1) & mask }
    slots[index] = slot
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: 0, count: old.count * 2)
    for slot in old where slot != 0 { place(slot) }
  }
}
