/// Reads numbers and texts of a GGUF header one after the other, never past the file's end.
///
/// Every count is held against the bytes that are left before anything is allocated for it.
struct GGUFCursor {
  let file: InputFile
  let size: Int
  private(set) var position = 0
  private var window: [UInt8] = []
  private var windowStart = 0

  private static let windowSize = 65_536
  private static let longestText = 16_777_216

  init(_ file: InputFile, size: Int) {
    self.file = file
    self.size = size
  }

  var left: Int { size - position }

  func failure(_ problem: GGUFProblem, at offset: Int? = nil, tensor: String? = nil)
    -> ContainerError
  {
    ContainerError(
      file: file.path, tensor: tensor, offset: offset ?? position, .gguf(problem))
  }

  /// The next `count` bytes.
  mutating func bytes(_ count: Int) throws(ContainerError) -> [UInt8] {
    guard count <= left else { throw failure(.cutShort(size: size)) }
    if position < windowStart || position + count > windowStart + window.count {
      try load(count)
    }
    let start = position - windowStart
    position += count
    return Array(window[start..<(start + count)])
  }

  private mutating func load(_ count: Int) throws(ContainerError) {
    windowStart = position
    window = [UInt8](repeating: 0, count: min(left, max(count, Self.windowSize)))
    try window.withMutableBytes { (bytes) throws(ContainerError) in
      try file.read(at: windowStart, into: &bytes)
    }
  }

  mutating func skip(_ count: Int) throws(ContainerError) {
    guard count <= left else { throw failure(.cutShort(size: size)) }
    position += count
  }

  mutating func number<Number: FixedWidthInteger>(
    _ type: Number.Type = Number.self
  ) throws(ContainerError) -> Number {
    integer(try bytes(Number.bitWidth / 8), as: Number.self)
  }

  /// A count of things that take at least `unit` bytes each.
  mutating func count(of what: String, unit: Int) throws(ContainerError) -> Int {
    let start = position
    let count = try number(UInt64.self)
    guard count <= UInt64(left / unit) else {
      throw failure(.tooMany(what: what, count: count), at: start)
    }
    return Int(count)
  }

  /// A text behind its length.
  mutating func text(limit: Int = longestText) throws(ContainerError) -> String {
    let start = position
    let length = try number(UInt64.self)
    guard length <= UInt64(limit) else { throw failure(.textTooLong(length), at: start) }
    guard let text = String(validating: try bytes(Int(length)), as: UTF8.self) else {
      throw failure(.notUTF8, at: start)
    }
    return text
  }
}
