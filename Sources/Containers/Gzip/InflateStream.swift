import Kernels

/// The content of a gzip or zlib stream, inflated as it is asked for and not a byte further.
///
/// Several members make one content. Checksums and lengths are checked where a member ends, before
/// the end of the content is reported. Zeros may follow the last member, anything else may not.
final class InflateStream: ByteStream, @unchecked Sendable {
  private let source: any ByteStream
  private let path: String
  private let format: Inflater.Format
  private var inflater: Inflater
  private var input: [UInt8] = Array(repeating: 0, count: 65_536)
  /// What of `input` is not used yet.
  private var unread = 0..<0
  private var state = State.betweenMembers
  private var memberCount = 0
  private var crc: UInt32 = 0
  private var memberSize: UInt32 = 0

  private enum State {
    case betweenMembers
    case inMember
    case ended
  }

  /// Inflates `source` from its front; `path` is what errors name.
  init(
    _ source: any ByteStream, format: Inflater.Format, path: String
  ) throws(ContainerError) {
    self.source = source
    self.format = format
    self.path = path
    do throws(InflateFailure) {
      inflater = try Inflater(format)
    } catch {
      throw ContainerError(file: path, .gzip(.outOfMemory))
    }
    if format == .zlib { state = .inMember }
  }

  var offset: Int { source.offset - unread.count }

  func read(into buffer: inout MutableRawSpan) throws(ContainerError) -> Int {
    guard !buffer.isEmpty else { return 0 }
    do throws(GzipFailure) {
      while state != .ended {
        if state == .betweenMembers {
          try beginMember()
        } else {
          let count = try inflate(into: &buffer)
          if count > 0 { return count }
        }
      }
      return 0
    } catch {
      switch error {
      case .problem(let problem): throw ContainerError(file: path, offset: offset, .gzip(problem))
      case .underlying(let error): throw error
      }
    }
  }

  private func beginMember() throws(GzipFailure) {
    guard try hasInput() else {
      guard memberCount > 0 else { throw .problem(.endsEarly) }
      state = .ended
      return
    }
    guard input[unread.lowerBound] == 0x1F else { return try skipZeros() }
    _ = try nextByte()
    guard try nextByte() == 0x8B else { throw .problem(.trailingBytes) }
    _ = try GzipMemberHeader { () throws(GzipFailure) in try nextByte() }
    inflater.reset()
    (crc, memberSize) = (0, 0)
    memberCount += 1
    state = .inMember
  }

  /// Reads zeros to the end of the file.
  private func skipZeros() throws(GzipFailure) {
    guard memberCount > 0 else { throw .problem(.trailingBytes) }
    while try hasInput() {
      guard input[unread].allSatisfy({ $0 == 0 }) else { throw .problem(.trailingBytes) }
      unread = 0..<0
    }
    state = .ended
  }

  private func inflate(into buffer: inout MutableRawSpan) throws(GzipFailure) -> Int {
    guard try hasInput() else { throw .problem(.endsEarly) }
    let progress: Inflater.Progress
    do throws(InflateFailure) {
      progress = try input.withBytes { (bytes) throws(InflateFailure) in
        try inflater.inflate(bytes.extracting(unread), into: &buffer)
      }
    } catch {
      switch error {
      case .badData(let reason): throw .problem(.badData(reason))
      case .outOfMemory: throw .problem(.outOfMemory)
      }
    }
    unread = (unread.lowerBound + progress.consumed)..<unread.upperBound
    if format == .raw {
      crc = crc32(of: buffer.bytes.extracting(0..<progress.produced), continuing: crc)
      memberSize &+= UInt32(truncatingIfNeeded: progress.produced)
    }
    if progress.isAtEnd { try endMember() }
    return progress.produced
  }

  private func endMember() throws(GzipFailure) {
    if format == .zlib {
      memberCount = 1
      try skipZeros()
      return
    }
    guard try nextWord() == crc else { throw .problem(.checksum) }
    let stated = try nextWord()
    guard stated == memberSize else {
      throw .problem(.length(stated: stated, found: memberSize))
    }
    state = .betweenMembers
  }

  private func nextWord() throws(GzipFailure) -> UInt32 {
    var word: UInt32 = 0
    for shift in 0..<4 { word |= UInt32(try nextByte()) << UInt32(8 * shift) }
    return word
  }

  private func nextByte() throws(GzipFailure) -> UInt8 {
    guard try hasInput() else { throw .problem(.endsEarly) }
    defer { unread = (unread.lowerBound + 1)..<unread.upperBound }
    return input[unread.lowerBound]
  }

  /// Whether a byte is there, after reading more when all is used.
  private func hasInput() throws(GzipFailure) -> Bool {
    guard unread.isEmpty else { return true }
    do throws(ContainerError) {
      let count = try input.withMutableBytes { (bytes) throws(ContainerError) in
        try source.read(into: &bytes)
      }
      unread = 0..<count
    } catch {
      throw .underlying(error)
    }
    return !unread.isEmpty
  }
}
