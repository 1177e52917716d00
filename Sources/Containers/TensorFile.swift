import Kernels
import Synchronization
import SystemPackage
import Tensors

/// A safetensors file open for reading: plain or compressed, a file or a stream.
///
/// Offsets of tensors are in `header`; all of them are known to lie inside the data section.
package final class TensorFile: Sendable {
  /// How the bytes lie in the file.
  package enum Compression: Sendable {
    case none
    /// Any gzip or zlib stream: read from front to back.
    case gzip
    /// Blocks with an index: read anywhere.
    case blockedGzip
  }

  /// The path as the user gave it, which errors show; `-` is standard input.
  package let path: String
  package let header: SafetensorsHeader
  package let compression: Compression
  /// Bytes of the file as it lies on the disk; nil for a stream.
  package let fileSize: Int?

  private let source: Source

  private enum Source: Sendable {
    case plain(InputFile)
    case compressed(InputFile, Inflater.Format)
    case blocked(BlockedGzipFile)
    case stream(OnceStream)
  }

  /// Opens `path`, told apart by its first bytes, and checks its header; `-` is standard input.
  ///
  /// - Throws: `ContainerError` naming file, tensor and byte. Compressed data is checked as far as
  ///   it is read.
  package static func open(_ path: String) throws(ContainerError) -> TensorFile {
    try TensorFile(InputFile(path))
  }

  init(_ file: InputFile) throws(ContainerError) {
    path = file.path
    fileSize = file.size
    let stream = FileStream(file)
    let start = try Self.start(of: stream)
    switch Signature(start) {
    case .pickle: throw ContainerError(file: path, .input(.pickle))
    case .other(let name): throw ContainerError(file: path, .input(.otherFormat(name)))
    case .foreign(let content): throw ContainerError(file: path, .input(.foreign(content)))
    case .safetensors:
      compression = .none
      if let size = file.size {
        header = try HeaderReader.header(of: file, size: size)
        source = .plain(file)
      } else {
        let whole = PrefixedStream(start, before: stream)
        header = try HeaderReader.header(of: whole, path: path)
        source = .stream(OnceStream(whole))
      }
    case .gzip:
      if let blocked = try BlockedGzipFile(file) {
        compression = .blockedGzip
        header = try blocked.header()
        source = .blocked(blocked)
      } else {
        compression = .gzip
        (header, source) = try Self.compressed(file, start, stream, .raw)
      }
    case .zlib:
      compression = .gzip
      (header, source) = try Self.compressed(file, start, stream, .zlib)
    }
    try file.checkUnchanged()
  }

  /// A plain file whose header is known from elsewhere, because it cannot be read where it is.
  init(_ file: InputFile, header: SafetensorsHeader) {
    path = file.path
    fileSize = file.size
    compression = .none
    self.header = header
    source = .plain(file)
  }

  private static func start(of stream: any ByteStream) throws(ContainerError) -> [UInt8] {
    var start = [UInt8](repeating: 0, count: Signature.length)
    let count = try start.withMutableBytes { (bytes) throws(ContainerError) in
      try stream.fill(&bytes)
    }
    return Array(start[..<count])
  }

  private static func compressed(
    _ file: InputFile, _ start: [UInt8], _ stream: FileStream, _ format: Inflater.Format
  ) throws(ContainerError) -> (SafetensorsHeader, Source) {
    let content = try InflateStream(
      PrefixedStream(start, before: stream), format: format, path: file.path)
    let inner = try Self.start(of: content)
    let signature = Signature(inner)
    if signature == .gzip || signature == .zlib {
      throw ContainerError(file: file.path, .gzip(.compressedTwice))
    }
    if case .foreign(let content) = signature {
      throw ContainerError(file: file.path, .input(.foreign(content)))
    }
    if signature == .pickle { throw ContainerError(file: file.path, .input(.pickle)) }
    let whole = PrefixedStream(inner, before: content)
    let header = try HeaderReader.header(of: whole, path: file.path)
    let source: Source =
      file.size == nil ? .stream(OnceStream(whole)) : .compressed(file, format)
    return (header, source)
  }

  /// Of the file as it lies on the disk; nil for a stream.
  var permissions: FilePermissions? {
    switch source {
    case .plain(let file), .compressed(let file, _): file.permissions
    case .blocked(let file): file.file.permissions
    case .stream: nil
    }
  }

  /// Whether `read(at:into:)` works.
  package var isRandomAccess: Bool {
    switch source {
    case .plain, .blocked: true
    case .compressed, .stream: false
    }
  }

  /// Fills `buffer` from `dataOffset` of the data section on; any thread, any order.
  ///
  /// - Throws: `InputProblem.needsRandomAccess` unless `isRandomAccess`.
  package func read(
    at dataOffset: Int, into buffer: inout MutableRawSpan
  ) throws(ContainerError) {
    precondition(dataOffset >= 0 && dataOffset + buffer.byteCount <= header.dataSize)
    switch source {
    case .plain(let file): try file.read(at: header.dataStart + dataOffset, into: &buffer)
    case .blocked(let file): try file.read(at: header.dataStart + dataOffset, into: &buffer)
    case .compressed, .stream:
      throw ContainerError(file: path, .input(.needsRandomAccess))
    }
  }

  /// A pass over the data section from its first byte; a stream allows one.
  ///
  /// At least one thread; where there are blocks, `threads` inflate ahead.
  ///
  /// - Throws: `InputProblem.readTwice` on the second pass over a stream.
  package func makeReader(threads: Int = 1) throws(ContainerError) -> SequentialReader {
    let stream: any ByteStream
    switch source {
    case .plain(let file):
      stream = FileStream(file, from: header.dataStart)
    case .blocked(let file):
      stream = try file.stream(from: header.dataStart, threads: threads)
    case .compressed(let file, let format):
      stream = try InflateStream(FileStream(file), format: format, path: path)
      try SequentialReader.skip(header.dataStart, of: stream, path: path)
    case .stream(let once):
      stream = try once.take(path: path)
    }
    return SequentialReader(stream, size: header.dataSize, path: path)
  }

  /// Throws when the file has changed since it was opened.
  package func checkUnchanged() throws(ContainerError) {
    switch source {
    case .plain(let file), .compressed(let file, _): try file.checkUnchanged()
    case .blocked(let file): try file.file.checkUnchanged()
    case .stream: break
    }
  }
}

/// A stream that can be handed out once.
private final class OnceStream: Sendable {
  private let stream: Mutex<(any ByteStream)?>

  init(_ stream: any ByteStream) {
    self.stream = Mutex(stream)
  }

  func take(path: String) throws(ContainerError) -> any ByteStream {
    let taken = stream.withLock { $0.take() }
    guard let taken else { throw ContainerError(file: path, .input(.readTwice)) }
    return taken
  }
}
