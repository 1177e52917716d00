import Synchronization

/// A blocked gzip file, read anywhere.
final class BlockedGzipFile: Sendable {
  let file: InputFile
  private let index: BlockedGzipIndex
  /// Contents read last, newest at the end, for reads that share a block.
  private let recent = Mutex<[(block: Int, content: [UInt8])]>([])
  private static let recentCount = 8

  /// nil when `file` is not blocked gzip with its index, or not a regular file.
  init?(_ file: InputFile) throws(ContainerError) {
    guard let size = file.size, let index = try BlockedGzipIndex(of: file, size: size) else {
      return nil
    }
    self.file = file
    self.index = index
  }

  /// Bytes of the decompressed file.
  var contentSize: Int { index.contentOffsets[index.blocks.count] }

  /// The header of the container inside; only the blocks that hold it are inflated.
  func header() throws(ContainerError) -> SafetensorsHeader {
    let start = try content(0).prefix(Signature.length)
    guard Signature(Array(start)) != .gzip else {
      throw ContainerError(file: file.path, .gzip(.compressedTwice))
    }
    let header = try HeaderReader.header(of: stream(from: 0, threads: 1), path: file.path)
    try HeaderReader.check(header, against: contentSize - header.dataStart, path: file.path)
    return header
  }

  /// Fills `buffer` from `offset` of the decompressed file; any thread.
  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(ContainerError) {
    var done = 0
    while done < buffer.byteCount {
      let block = index.block(at: offset + done)
      let content = try content(block)
      let start = offset + done - index.contentOffsets[block]
      let count = min(content.count - start, buffer.byteCount - done)
      var part = buffer._mutatingExtracting(done..<(done + count))
      content.withBytes { part.copy($0.extracting(start..<(start + count))) }
      done += count
    }
  }

  private func content(_ block: Int) throws(ContainerError) -> [UInt8] {
    let known = recent.withLock { $0.first { $0.block == block }?.content }
    if let known { return known }
    var content: [UInt8] = []
    try BlockDecoder(file, index).decode(block, into: &content)
    recent.withLock { [content] recent in
      if recent.count == Self.recentCount { recent.removeFirst() }
      recent.append((block, content))
    }
    return content
  }

  /// The decompressed file from `offset` on, with up to `threads` threads inflating ahead.
  func stream(from offset: Int, threads: Int) throws(ContainerError) -> any ByteStream {
    try BlockedInflateStream(file, index, from: offset, threads: threads)
  }
}
