import Tensors

/// Reads the front of a GGUF file, versions 2 and 3.
///
/// 1. `GGUF`, u32 version, u64 number of tensors, u64 number of keys; all numbers little-endian.
/// 2. Each key: its text, a u32 type code, the value; a text is a u64 length and UTF-8; an array a u32
///    type code, a u64 count and the elements.
/// 3. Each tensor: its name, u32 number of dimensions, the dimensions as u64, innermost first, a u32
///    type code, a u64 offset in the data section.
/// 4. The data section begins at the next multiple of `general.alignment` (32 when it is not there),
///    and so does every tensor in it, one behind the other in this order.
///
/// Source: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>
struct GGUFHeaderReader {
  private(set) var metadata: GGUFMetadata = [:]
  private(set) var entries: [GGUFFile.Entry] = []
  private(set) var dataStart = 0
  private var cursor: GGUFCursor

  private static let longestName = 1024
  private static let longestKey = 65_535
  private static let deepestArray = 4

  init(_ file: InputFile, size: Int) throws(ContainerError) {
    cursor = GGUFCursor(file, size: size)
    let (tensors, keys) = try readCounts()
    for _ in 0..<keys { try readKey() }
    let alignment = try alignment()
    var raw: [(entry: GGUFFile.Entry, place: Int)] = []
    var names: Set<ExactString> = []
    for _ in 0..<tensors {
      let place = cursor.position
      let entry = try readEntry()
      guard names.insert(ExactString(entry.name)).inserted else {
        throw cursor.failure(.duplicateTensor, at: place, tensor: entry.name)
      }
      raw.append((entry, place))
    }
    dataStart = Self.aligned(cursor.position, to: alignment)
    try check(raw, alignment)
    entries = raw.map(\.entry)
  }

  static func aligned(_ position: Int, to alignment: Int) -> Int {
    (position + alignment - 1) / alignment * alignment
  }

  private mutating func readCounts() throws(ContainerError) -> (tensors: Int, keys: Int) {
    guard try cursor.bytes(4) == Array("GGUF".utf8) else { throw cursor.failure(.notGGUF, at: 0) }
    let version = try cursor.number(UInt32.self)
    guard version & 0xFFFF != 0 else { throw cursor.failure(.bigEndian, at: 4) }
    guard version == 2 || version == 3 else { throw cursor.failure(.version(version), at: 4) }
    let tensors = try cursor.count(of: "tensors", unit: 32)
    let keys = try cursor.count(of: "keys", unit: 13)
    return (tensors, keys)
  }

  // MARK: Keys and values

  private mutating func readKey() throws(ContainerError) {
    let place = cursor.position
    let key = try cursor.text(limit: Self.longestKey)
    guard metadata[key] == nil else { throw cursor.failure(.duplicateKey(key), at: place) }
    metadata[key] = try value(ofType: cursor.number(UInt32.self), depth: 0)
  }

  private mutating func value(
    ofType type: UInt32, depth: Int
  ) throws(ContainerError) -> GGUFValue {
    switch type {
    case 0: .unsigned(UInt64(try cursor.number(UInt8.self)))
    case 1: .signed(Int64(try cursor.number(Int8.self)))
    case 2: .unsigned(UInt64(try cursor.number(UInt16.self)))
    case 3: .signed(Int64(try cursor.number(Int16.self)))
    case 4: .unsigned(UInt64(try cursor.number(UInt32.self)))
    case 5: .signed(Int64(try cursor.number(Int32.self)))
    case 6: .float(Double(Float(bitPattern: try cursor.number(UInt32.self))))
    case 7: .bool(try cursor.number(UInt8.self) != 0)
    case 8: .text(try cursor.text())
    case 9: .list(count: try passList(depth: depth))
    case 10: .unsigned(try cursor.number(UInt64.self))
    case 11: .signed(try cursor.number(Int64.self))
    case 12: .float(Double(bitPattern: try cursor.number(UInt64.self)))
    default: throw cursor.failure(.unknownValueType(type), at: cursor.position - 4)
    }
  }

  /// Bytes of a value of fixed size; nil for texts and arrays.
  private static func size(ofType type: UInt32) -> Int? {
    switch type {
    case 0, 1, 7: 1
    case 2, 3: 2
    case 4, 5, 6: 4
    case 10, 11, 12: 8
    default: nil
    }
  }

  /// Reads past an array; returns its count.
  private mutating func passList(depth: Int) throws(ContainerError) -> Int {
    guard depth < Self.deepestArray else { throw cursor.failure(.nestedTooDeep) }
    let type = try cursor.number(UInt32.self)
    guard type <= 12 else {
      throw cursor.failure(.unknownValueType(type), at: cursor.position - 4)
    }
    if let size = Self.size(ofType: type) {
      let count = try cursor.count(of: "elements", unit: size)
      try cursor.skip(count * size)
      return count
    }
    let count = try cursor.count(of: "elements", unit: type == 8 ? 8 : 12)
    for _ in 0..<count { _ = try value(ofType: type, depth: depth + 1) }
    return count
  }

  private func alignment() throws(ContainerError) -> Int {
    guard let value = metadata["general.alignment"] else { return 32 }
    guard case .unsigned(let alignment) = value else { throw cursor.failure(.alignment(0)) }
    guard (8...65_536).contains(alignment), alignment & (alignment - 1) == 0 else {
      throw cursor.failure(.alignment(alignment))
    }
    return Int(alignment)
  }

  // MARK: Tensors

  private mutating func readEntry() throws(ContainerError) -> GGUFFile.Entry {
    let place = cursor.position
    let name = try cursor.text(limit: Self.longestName)
    guard !name.isEmpty else { throw cursor.failure(.emptyName, at: place) }
    let count = try cursor.number(UInt32.self)
    guard (1...4).contains(count) else {
      throw cursor.failure(.dimensionCount(count), at: place, tensor: name)
    }
    var dimensions: [Int] = []
    for _ in 0..<count {
      guard let dimension = Int(exactly: try cursor.number(UInt64.self)) else {
        throw cursor.failure(.sizeOverflow, at: place, tensor: name)
      }
      dimensions.append(dimension)
    }
    let code = try cursor.number(UInt32.self)
    let offset = try cursor.number(UInt64.self)
    let type: DType
    do throws(GGUFFailure) {
      type = try GGUFTensorType.type(code)
    } catch {
      throw cursor.failure(error.problem, at: place, tensor: name)
    }
    // GGUF counts dimensions from the innermost.
    let shape = Shape(dimensions.reversed())
    guard let byteCount = shape.byteCount(of: type), byteCount <= Int.max / 2 else {
      throw cursor.failure(.sizeOverflow, at: place, tensor: name)
    }
    return GGUFFile.Entry(
      name: name, type: type, shape: shape, offset: offset, byteCount: byteCount)
  }

  /// Holds every tensor's place against the one before it and against the end of the file.
  private func check(
    _ entries: [(entry: GGUFFile.Entry, place: Int)], _ alignment: Int
  ) throws(ContainerError) {
    var end = 0
    for (entry, place) in entries {
      let expected = Self.aligned(end, to: alignment)
      guard entry.offset == UInt64(expected) else {
        throw cursor.failure(
          .offset(expected: expected, found: entry.offset), at: place, tensor: entry.name)
      }
      end = expected + entry.byteCount
      guard end <= cursor.size - dataStart else {
        throw cursor.failure(
          .dataTooShort(needed: dataStart + end, size: cursor.size), at: place, tensor: entry.name)
      }
    }
    let last = entries.isEmpty ? cursor.position : dataStart + end
    guard cursor.size <= Self.aligned(last, to: alignment) else {
      throw cursor.failure(.dataTooLong(needed: last, size: cursor.size), at: last)
    }
  }
}
