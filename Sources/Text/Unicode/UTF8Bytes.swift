/// Scalars of bytes that are known to be UTF-8.
extension Array where Element == UInt8 {
  /// The scalar that begins at `index`, and how many bytes it has.
  @inline(__always)
  func scalar(at index: Int) -> (value: UInt32, length: Int) {
    let first = UInt32(self[index])
    if first < 0x80 { return (first, 1) }
    if first < 0xE0 { return ((first & 0x1F) << 6 | continuation(index + 1), 2) }
    if first < 0xF0 {
      return ((first & 0x0F) << 12 | continuation(index + 1) << 6 | continuation(index + 2), 3)
    }
    let upper = (first & 0x07) << 18 | continuation(index + 1) << 12
    return (upper | continuation(index + 2) << 6 | continuation(index + 3), 4)
  }

  /// The scalar that ends before `index`, and how many bytes it has.
  func scalar(before index: Int) -> (value: UInt32, length: Int) {
    var start = index - 1
    while self[start] & 0xC0 == 0x80 { start -= 1 }
    return scalar(at: start)
  }

  @inline(__always)
  private func continuation(_ index: Int) -> UInt32 { UInt32(self[index] & 0x3F) }

  /// Adds the UTF-8 of `scalar`.
  mutating func append(scalar: UInt32) {
    guard scalar >= 0x80 else { return append(UInt8(scalar)) }
    if scalar < 0x800 {
      append(UInt8(0xC0 | scalar >> 6))
    } else {
      if scalar < 0x10000 {
        append(UInt8(0xE0 | scalar >> 12))
      } else {
        append(UInt8(0xF0 | scalar >> 18))
        append(UInt8(0x80 | scalar >> 12 & 0x3F))
      }
      append(UInt8(0x80 | scalar >> 6 & 0x3F))
    }
    append(UInt8(0x80 | scalar & 0x3F))
  }

  /// The text, for bytes that are UTF-8.
  var text: String { String(decoding: self, as: UTF8.self) }
}
