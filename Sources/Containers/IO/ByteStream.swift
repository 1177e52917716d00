/// Bytes that come once, from front to back; used by one thread at a time.
package protocol ByteStream: AnyObject, Sendable {
  /// Reads at least one byte and at most `buffer.byteCount`; 0 only at the end.
  func read(into buffer: inout MutableRawSpan) throws(ContainerError) -> Int
  /// The bytes of the underlying file read so far, to say where something went wrong.
  var offset: Int { get }
}

extension ByteStream {
  /// Fills as much of `buffer` as there is; less than all of it only at the end.
  package func fill(_ buffer: inout MutableRawSpan) throws(ContainerError) -> Int {
    var count = 0
    while count < buffer.byteCount {
      var rest = buffer._mutatingExtracting(count..<buffer.byteCount)
      let step = try read(into: &rest)
      guard step > 0 else { break }
      count += step
    }
    return count
  }
}

/// An input file read from front to back, by position when it is regular.
package final class FileStream: ByteStream, @unchecked Sendable {
  private let file: InputFile
  package private(set) var offset: Int

  package init(_ file: InputFile, from offset: Int = 0) {
    self.file = file
    self.offset = offset
  }

  package func read(into buffer: inout MutableRawSpan) throws(ContainerError) -> Int {
    guard !buffer.isEmpty else { return 0 }
    let count =
      file.size == nil
      ? try file.readNext(into: &buffer) : try file.readSome(at: offset, into: &buffer)
    offset += count
    return count
  }
}

/// Bytes already read put back in front of the stream they came from.
package final class PrefixedStream: ByteStream, @unchecked Sendable {
  private let prefix: [UInt8]
  private var used = 0
  private let rest: any ByteStream

  package init(_ prefix: [UInt8], before rest: any ByteStream) {
    self.prefix = prefix
    self.rest = rest
  }

  package var offset: Int { rest.offset - (prefix.count - used) }

  package func read(into buffer: inout MutableRawSpan) throws(ContainerError) -> Int {
    guard used < prefix.count else { return try rest.read(into: &buffer) }
    let count = min(buffer.byteCount, prefix.count - used)
    prefix.withBytes { buffer.copy($0.extracting(used..<used + count)) }
    used += count
    return count
  }
}
