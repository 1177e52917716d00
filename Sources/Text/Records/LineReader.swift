/// The lines of a file, one after the other, with their numbers.
///
/// A line ends at LF or CRLF, the last one also without; a byte order mark at the beginning of the
/// file is passed over. Memory is one line and one piece of the source; a line longer than the limit
/// is passed over and told.
package struct LineReader {
  /// Adds the next bytes of the file, and says how many; 0 at its end.
  package typealias Source = (inout [UInt8]) throws -> Int

  /// The line that was read last, from 1.
  package private(set) var line = 0
  private let source: Source
  private let limit: Int
  private var bytes: [UInt8] = []
  private var position = 0
  private var hasBegun = false
  private var hasEnded = false

  package enum Line: Equatable {
    case bytes([UInt8])
    case tooLong
  }

  package init(limit: Int, source: @escaping Source) {
    (self.limit, self.source) = (limit, source)
  }

  /// The next line without its end; nil at the end of the file.
  package mutating func next() throws -> Line? {
    var length = 0
    var isTooLong = false
    while true {
      if let end = bytes[(position + length)...].firstIndex(of: UInt8(ascii: "\n")) {
        return finished(through: end, isTooLong: isTooLong || end - position > limit)
      }
      length = bytes.count - position
      if length > limit {
        // What is too long is not kept.
        (isTooLong, position) = (true, bytes.count)
        length = 0
      }
      guard try fill() else { break }
    }
    guard position < bytes.count || isTooLong else { return nil }
    return finished(through: bytes.count, isTooLong: isTooLong)
  }

  /// The first byte that is not white space, of what the next read would give first.
  package mutating func peek() throws -> UInt8? {
    // How much white space was passed over.
    var passed = 0
    while true {
      let rest = bytes[(position + passed)...]
      if let byte = rest.first(where: { !isWhiteSpace($0) }) { return byte }
      passed += rest.count
      guard try fill() else { return nil }
    }
  }

  private mutating func finished(through end: Int, isTooLong: Bool) -> Line {
    line += 1
    var content = bytes[position..<min(end, bytes.count)]
    position = min(end + 1, bytes.count)
    guard !isTooLong else { return .tooLong }
    if content.last == UInt8(ascii: "\r") { content.removeLast() }
    return .bytes(Array(content))
  }

  /// Reads on; false at the end of the file.
  private mutating func fill() throws -> Bool {
    guard !hasEnded else { return false }
    bytes.removeFirst(position)
    position = 0
    let kept = bytes.count
    hasEnded = try source(&bytes) == 0
    if !hasBegun {
      hasBegun = true
      while !hasEnded, bytes.count < 3 { hasEnded = try source(&bytes) == 0 }
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    }
    return !hasEnded || bytes.count > kept
  }
}
