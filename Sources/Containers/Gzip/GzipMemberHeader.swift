import Kernels

/// The header of one gzip member.
///
/// 1. 2 bytes: 1F 8B. 2. 1 byte: method, 8. 3. 1 byte: flags, bits 5–7 reserved. 4. 4 bytes: time.
/// 5. 2 bytes: extra flags, system. 6. If flag 2: u16 length and that many bytes of extra fields.
/// 7. If flag 3: a name ended by 0. 8. If flag 4: a comment ended by 0. 9. If flag 1: the lower
/// 16 bits of the CRC-32 of everything before.
///
/// Source: RFC 1952, <https://www.rfc-editor.org/rfc/rfc1952>
struct GzipMemberHeader: Equatable {
  /// The extra fields as they lie in the file.
  var extra: [UInt8] = []
  /// Bytes of the header.
  var byteCount: Int

  /// Reads a header whose two magic bytes are checked; `next` gives the byte that follows.
  init(
    afterMagic next: () throws(GzipFailure) -> UInt8
  ) throws(GzipFailure) {
    var read: [UInt8] = [0x1F, 0x8B]
    byteCount = 0
    defer { byteCount = read.count }
    func take() throws(GzipFailure) -> UInt8 {
      let byte = try next()
      read.append(byte)
      return byte
    }
    let method = try take()
    guard method == 8 else { throw .problem(.badMethod(method)) }
    let flags = try take()
    guard flags & 0xE0 == 0 else { throw .problem(.reservedFlags(flags)) }
    for _ in 0..<6 { _ = try take() }
    if flags & 4 != 0 {
      let length = Int(try take()) | Int(try take()) << 8
      for _ in 0..<length { extra.append(try take()) }
    }
    if flags & 8 != 0 { while try take() != 0 {} }
    if flags & 16 != 0 { while try take() != 0 {} }
    guard flags & 2 != 0 else { return }
    let expected = UInt16(truncatingIfNeeded: read.withBytes { crc32(of: $0) })
    let found = UInt16(try take()) | UInt16(try take()) << 8
    guard expected == found else { throw .problem(.headerChecksum) }
  }

  /// The content of the extra field with these two letters.
  func field(_ first: Character, _ second: Character) -> ArraySlice<UInt8>? {
    var index = 0
    while index + 4 <= extra.count {
      let length = Int(extra[index + 2]) | Int(extra[index + 3]) << 8
      guard index + 4 + length <= extra.count else { return nil }
      if extra[index] == first.asciiValue && extra[index + 1] == second.asciiValue {
        return extra[(index + 4)..<(index + 4 + length)]
      }
      index += 4 + length
    }
    return nil
  }
}

/// Why reading compressed data stopped: its own fault, or the file's under it.
enum GzipFailure: Error {
  case problem(GzipProblem)
  case underlying(ContainerError)
}
