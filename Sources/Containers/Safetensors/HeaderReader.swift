/// Reads the length and text of a header from a file or a stream, bounded before it allocates.
enum HeaderReader {
  /// The header of a regular file, whose size its tensors must fill exactly.
  static func header(of file: InputFile, size: Int) throws(ContainerError) -> SafetensorsHeader {
    guard size >= 10 else { throw ContainerError(file: file.path, .header(.tooSmall(size: size))) }
    var field: [UInt8] = Array(repeating: 0, count: 8)
    try field.withMutableBytes { (bytes) throws(ContainerError) in
      try file.read(at: 0, into: &bytes)
    }
    let length = try length(field, size: size, path: file.path)
    var text = [UInt8](repeating: 0, count: length)
    try text.withMutableBytes { (bytes) throws(ContainerError) in
      try file.read(at: 8, into: &bytes)
    }
    let header = try header(text, path: file.path)
    try check(header, against: size - header.dataStart, path: file.path)
    return header
  }

  /// The header at the front of a stream, which is read up to its data and no further.
  ///
  /// Memory grows with what arrives, so that a length alone makes nothing happen.
  static func header(
    of stream: any ByteStream, path: String
  ) throws(ContainerError) -> SafetensorsHeader {
    var field: [UInt8] = Array(repeating: 0, count: 8)
    let count = try field.withMutableBytes { (bytes) throws(ContainerError) in
      try stream.fill(&bytes)
    }
    guard count == 8 else { throw ContainerError(file: path, .header(.tooSmall(size: count))) }
    let length = try length(field, size: nil, path: path)
    var text: [UInt8] = []
    while text.count < length {
      let start = text.count
      text += [UInt8](repeating: 0, count: min(max(start, 65_536), length - start))
      let room = start..<text.count
      let count = try text.withMutableBytes(in: room) { (bytes) throws(ContainerError) in
        try stream.fill(&bytes)
      }
      guard start + count == text.count else {
        let size = 8 + start + count
        throw ContainerError(
          file: path, offset: size, .header(.lengthBeyondFile(length: length, size: size)))
      }
    }
    return try header(text, path: path)
  }

  private static func length(
    _ field: [UInt8], size: Int?, path: String
  ) throws(ContainerError) -> Int {
    let length = integer(field, as: UInt64.self)
    let problem: HeaderProblem
    if field[7] == 0xFF {
      problem = .interruptedInPlace
    } else if length > SafetensorsHeader.maximumLength {
      problem = .lengthTooLarge(length)
    } else if let size, Int(length) > size - 8 {
      problem = .lengthBeyondFile(length: Int(length), size: size)
    } else if length < 2 {
      problem = .lengthTooShort(Int(length))
    } else {
      return Int(length)
    }
    throw ContainerError(file: path, offset: 0, .header(problem))
  }

  private static func header(
    _ text: [UInt8], path: String
  ) throws(ContainerError) -> SafetensorsHeader {
    do throws(HeaderFailure) {
      return try HeaderScanner.header(from: text)
    } catch {
      let offset = error.offset.map { 8 + $0 }
      throw ContainerError(
        file: path, tensor: error.tensor, offset: offset, .header(error.problem))
    }
  }

  /// Checks that a data section of `size` bytes is just what the tensors need.
  static func check(
    _ header: SafetensorsHeader, against size: Int, path: String
  ) throws(ContainerError) {
    guard header.dataSize != size else { return }
    guard header.dataSize > size else {
      throw ContainerError(
        file: path, offset: header.dataStart + header.dataSize,
        .header(.dataTooLong(expected: header.dataSize, found: size)))
    }
    let cut = header.entriesByOffset.first { $0.range.upperBound > size }
    throw ContainerError(
      file: path, tensor: cut?.name, offset: header.dataStart + size,
      .header(.dataTooShort(expected: header.dataSize, found: size)))
  }
}
