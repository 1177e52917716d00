/// One pass over a data section, from its first byte to its last; used by one thread at a time.
package final class SequentialReader {
  /// Bytes of the data section read so far.
  package private(set) var position = 0

  private let stream: any ByteStream
  private let size: Int
  private let path: String

  init(_ stream: any ByteStream, size: Int, path: String) {
    self.stream = stream
    self.size = size
    self.path = path
  }

  /// Fills `buffer` with the next bytes.
  ///
  /// - Throws: `HeaderProblem.dataTooShort` when the data ends before the header says so.
  package func read(into buffer: inout MutableRawSpan) throws(ContainerError) {
    precondition(position + buffer.byteCount <= size, "read past the data section")
    let count = try stream.fill(&buffer)
    position += count
    guard count == buffer.byteCount else {
      throw ContainerError(
        file: path, offset: stream.offset,
        .header(.dataTooShort(expected: size, found: position)))
    }
  }

  /// Reads past the next `count` bytes.
  package func skip(_ count: Int) throws(ContainerError) {
    var left = count
    var scratch = [UInt8](repeating: 0, count: min(count, 1 << 20))
    while left > 0 {
      let size = min(left, scratch.count)
      try scratch.withMutableBytes(in: 0..<size) { (bytes) throws(ContainerError) in
        try read(into: &bytes)
      }
      left -= size
    }
  }

  /// Reads what is left and checks that the file ends there, checksums of compressed data included.
  ///
  /// - Throws: `HeaderProblem.dataGoesOn` at the first byte too many; nothing beyond is inflated.
  package func finish() throws(ContainerError) {
    try skip(size - position)
    var extra: [UInt8] = [0]
    let count = try extra.withMutableBytes { (bytes) throws(ContainerError) in
      try stream.read(into: &bytes)
    }
    guard count == 0 else {
      throw ContainerError(
        file: path, offset: stream.offset, .header(.dataGoesOn(expected: size)))
    }
  }

  /// Reads past the header of a stream that begins anew.
  static func skip(
    _ count: Int, of stream: any ByteStream, path: String
  ) throws(ContainerError) {
    try SequentialReader(stream, size: count, path: path).skip(count)
  }
}
