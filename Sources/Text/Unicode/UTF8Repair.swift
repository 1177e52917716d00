/// Bytes that arrive in parts as UTF-8: what cannot be becomes U+FFFD, one for each longest beginning
/// of a character (The Unicode Standard, 3.9, "maximal subparts").
struct UTF8Repair: Sendable {
  /// The beginning of a character that may still be completed.
  private var pending: [UInt8] = []

  /// The text that is certain with these bytes.
  mutating func add(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + pending.count)
    for byte in bytes {
      if !pending.isEmpty {
        if Self.continues(pending, byte) {
          pending.append(byte)
          if pending.count == Self.length(pending[0]) {
            result += pending
            pending = []
          }
          continue
        }
        result += Self.replacement
        pending = []
      }
      switch Self.length(byte) {
      case 1: result.append(byte)
      case 0: result += Self.replacement
      default: pending = [byte]
      }
    }
    return result
  }

  /// What is left when no more bytes come.
  mutating func finish() -> [UInt8] {
    defer { pending = [] }
    return pending.isEmpty ? [] : Self.replacement
  }

  private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

  /// How many bytes a character that begins so has; 0 for a byte that begins none.
  private static func length(_ byte: UInt8) -> Int {
    switch byte {
    case 0x00..<0x80: 1
    case 0xC2..<0xE0: 2
    case 0xE0..<0xF0: 3
    case 0xF0..<0xF5: 4
    default: 0
    }
  }

  private static func continues(_ beginning: [UInt8], _ byte: UInt8) -> Bool {
    guard beginning.count == 1 else { return byte & 0xC0 == 0x80 }
    return switch beginning[0] {
    case 0xE0: 0xA0...0xBF ~= byte
    case 0xED: 0x80...0x9F ~= byte
    case 0xF0: 0x90...0xBF ~= byte
    case 0xF4: 0x80...0x8F ~= byte
    default: byte & 0xC0 == 0x80
    }
  }
}
