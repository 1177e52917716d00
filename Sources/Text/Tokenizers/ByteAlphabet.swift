/// GPT-2's alphabet: a printable character for every byte.
///
/// Source: `bytes_to_unicode` of <https://github.com/openai/gpt-2/blob/master/src/encoder.py>
enum ByteAlphabet {
  /// The character of each byte.
  static let scalars: [UInt32] = {
    var next: UInt32 = 0x100
    return (UInt32(0)..<256).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return byte
      default:
        next += 1
        return next - 1
      }
    }
  }()

  /// The byte of each character below U+0144; -1 for those that have none.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar)] = Int16(byte) }
    return bytes
  }()

  /// The bytes that the characters of `token`, which is UTF-8, stand for; nil when one has none.
  static func bytes(of token: some Collection<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(token.count)
    var lead: UInt32 = 0
    for byte in token {
      switch byte {
      case 0x00..<0x80:
        guard bytes[Int(byte)] >= 0 else { return nil }
        result.append(byte)
      case 0xC0..<0xE0: lead = UInt32(byte & 0x1F) << 6
      case 0x80..<0xC0:
        let scalar = lead | UInt32(byte & 0x3F)
        guard scalar < 0x144, bytes[Int(scalar)] >= 0 else { return nil }
        result.append(UInt8(bytes[Int(scalar)]))
      default: return nil
      }
    }
    return result
  }
}
