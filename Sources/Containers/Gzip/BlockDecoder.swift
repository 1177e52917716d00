import Kernels

/// Reads and inflates single blocks; used by one thread at a time.
final class BlockDecoder: @unchecked Sendable {
  private let file: InputFile
  private let index: BlockedGzipIndex
  private var inflater: Inflater
  private var member: [UInt8] = []

  init(_ file: InputFile, _ index: BlockedGzipIndex) throws(ContainerError) {
    self.file = file
    self.index = index
    do throws(InflateFailure) {
      inflater = try Inflater(.raw)
    } catch {
      throw ContainerError(file: file.path, .gzip(.outOfMemory))
    }
  }

  /// Makes `content` the content of block `number`, everything about the member checked.
  ///
  /// - Throws: `GzipProblem.blockMismatch` when the member is not the one that the index means.
  func decode(_ number: Int, into content: inout [UInt8]) throws(ContainerError) {
    let block = index.blocks[number]
    let start = index.memberOffsets[number]
    resize(&member, to: block.memberSize)
    try member.withMutableBytes { (bytes) throws(ContainerError) in
      try file.read(at: start, into: &bytes)
    }
    resize(&content, to: block.contentSize)
    do throws(GzipFailure) {
      try inflate(block, into: &content)
    } catch {
      switch error {
      case .problem(let problem):
        throw ContainerError(file: file.path, offset: start, .gzip(problem))
      case .underlying(let error): throw error
      }
    }
  }

  private func inflate(
    _ block: BlockedGzip.Block, into content: inout [UInt8]
  ) throws(GzipFailure) {
    let header = BlockedGzip.header(block)
    guard member.starts(with: header) else { throw .problem(.blockMismatch) }
    let body = header.count..<(block.memberSize - 8)
    inflater.reset()
    let progress: Inflater.Progress
    do throws(InflateFailure) {
      progress = try member.withBytes { (member) throws(InflateFailure) in
        try content.withMutableBytes { (content) throws(InflateFailure) in
          try inflateAll(member.extracting(body), into: &content)
        }
      }
    } catch {
      switch error {
      case .badData(let reason): throw .problem(.badData(reason))
      case .outOfMemory: throw .problem(.outOfMemory)
      }
    }
    guard progress.isAtEnd, progress.consumed == body.count, progress.produced == content.count
    else { throw .problem(.blockMismatch) }
    let crc = content.withBytes { crc32(of: $0) }
    let trailer = BlockedGzip.trailer(crc: crc, contentSize: content.count)
    guard member[body.upperBound...].elementsEqual(trailer) else { throw .problem(.checksum) }
  }

  /// Inflates to the end of the stream, even when that needs no more room than there is.
  private func inflateAll(
    _ body: RawSpan, into content: inout MutableRawSpan
  ) throws(InflateFailure) -> Inflater.Progress {
    var progress = try inflater.inflate(body, into: &content)
    // The end of the stream can lie behind the last byte that there was room for.
    if !progress.isAtEnd && progress.produced == content.byteCount {
      let rest = body.extracting(progress.consumed..<body.byteCount)
      var nothing = content._mutatingExtracting(0..<0)
      let last = try inflater.inflate(rest, into: &nothing)
      progress.consumed += last.consumed
      progress.isAtEnd = last.isAtEnd
    }
    return progress
  }
}

/// Gives `buffer` `count` bytes of any value, allocating only to grow.
func resize(_ buffer: inout [UInt8], to count: Int) {
  if buffer.count > count {
    buffer.removeLast(buffer.count - count)
  } else if buffer.count < count {
    buffer = [UInt8](repeating: 0, count: count)
  }
}
