import OrderedCollections
import Synchronization
import Tensors

/// Where a container is written.
package enum TensorFileDestination: Sendable {
  case path(String, OutputOptions)
  case standardOutput
  /// A file inside an `OutputFolder`, published with it.
  case file(OutputFile)

  /// As errors name it.
  var path: String {
    switch self {
    case .path(let path, _): path
    case .standardOutput: "standard output"
    case .file(let file): file.path
    }
  }
}

/// Writes one safetensors file: the header first, then the data in any order or one after another.
///
/// Nothing bears the final name before `finish`. Each byte of the data section must be written.
package final class TensorFileWriter: Sendable {
  /// How the container is compressed.
  package enum Compression: Sendable {
    case none
    case blockedGzip
  }

  /// What is being written: tensors in the order given, laid out in that order.
  package let header: SafetensorsHeader
  /// The path as the user gave it, which errors show.
  package let path: String

  private let sink: any ContainerSink
  private let metadata: OrderedDictionary<String, String>
  private let progress = Mutex(Progress())

  private struct Progress {
    /// Bytes written in all; random writes may not overlap.
    var written = 0
    /// Where `append` continues.
    var position = 0
  }

  /// Reserves the space and writes the header.
  ///
  /// - Parameters:
  ///   - destination: the place; a compressed file's size is not known before and not reserved.
  ///   - entries: names, types and shapes, in the order of header and data.
  ///   - metadata: `{"format": "pt"}` and the like; empty for none.
  ///   - compression: plain, or gzip that is read back in parallel and in any order.
  ///   - threads: how many compress; at least 1.
  /// - Throws: `HeaderProblem` for what the reader would refuse, `OutputProblem` for the place.
  package init(
    to destination: TensorFileDestination, entries: [(name: String, type: DType, shape: Shape)],
    metadata: OrderedDictionary<String, String> = [:], compression: Compression = .none,
    threads: Int = 1
  ) throws(ContainerError) {
    path = destination.path
    let start: [UInt8]
    do throws(HeaderFailure) {
      let entries = try HeaderWriter.entries(of: entries)
      start = try HeaderWriter.bytes(of: entries, metadata: metadata).bytes
      // What is written is what a reader will see.
      header = try HeaderScanner.header(from: Array(start[8...]))
    } catch {
      throw ContainerError(file: path, tensor: error.tensor, .header(error.problem))
    }
    self.metadata = metadata
    let size = start.count + header.dataSize
    switch compression {
    case .none: sink = try PlainSink(destination, expectedSize: size)
    case .blockedGzip:
      sink = try BlockedGzipSink(destination, threads: threads)
    }
    try write(header: start)
  }

  private func write(header start: [UInt8]) throws(ContainerError) {
    try start.withBytes { (bytes) throws(ContainerError) in try sink.write(header: bytes) }
  }

  /// Whether `write(_:at:)` works: a plain file, not a stream and not compressed.
  package var acceptsRandomWrites: Bool { sink.acceptsRandomWrites }

  /// Writes `bytes` at `dataOffset` of the data section; any thread, any order, each byte once.
  ///
  /// Only where `acceptsRandomWrites`, and not mixed with `append`.
  package func write(_ bytes: RawSpan, at dataOffset: Int) throws(ContainerError) {
    precondition(acceptsRandomWrites, "this destination takes bytes in order only")
    precondition(dataOffset >= 0 && dataOffset + bytes.byteCount <= header.dataSize)
    try sink.write(bytes, at: header.dataStart + dataOffset)
    progress.withLock { $0.written += bytes.byteCount }
  }

  /// Writes the next bytes of the data section; one thread at a time.
  package func append(_ bytes: RawSpan) throws(ContainerError) {
    let start = progress.withLock { $0.position }
    precondition(start + bytes.byteCount <= header.dataSize, "more data than the header says")
    try sink.write(bytes, at: header.dataStart + start)
    progress.withLock {
      $0.position += bytes.byteCount
      $0.written += bytes.byteCount
    }
  }

  /// Completes and publishes the file (one inside a folder is published with the folder).
  ///
  /// - Parameters:
  ///   - metadata: replaces the metadata in the header when not nil. It must fit in the slack. On
  ///     standard output the header is gone already, and this must be nil.
  ///   - companions: complete files that get their names with this one, all of them or none.
  /// - Throws: `OutputProblem.headerDoesNotFit`, `.incomplete` when bytes are missing, or what
  ///   writing throws; nothing is published then.
  package func finish(
    metadata: OrderedDictionary<String, String>? = nil, with companions: [OutputFile] = []
  ) throws(ContainerError) {
    do throws(ContainerError) {
      try checkComplete()
      if let metadata { try rewrite(metadata) }
      try sink.finish(with: companions)
    } catch {
      discard()
      throw error
    }
  }

  /// Brings a complete file to the disk without publishing it, so that little can go wrong after.
  ///
  /// - Throws: As `finish`.
  package func synchronize() throws(ContainerError) {
    do throws(ContainerError) {
      try checkComplete()
      try sink.synchronize()
    } catch {
      discard()
      throw error
    }
  }

  private func checkComplete() throws(ContainerError) {
    let written = progress.withLock { $0.written }
    guard written == header.dataSize else {
      let problem = OutputProblem.incomplete(written: written, expected: header.dataSize)
      throw ContainerError(file: path, .output(problem))
    }
  }

  private func rewrite(_ metadata: OrderedDictionary<String, String>) throws(ContainerError) {
    precondition(sink.canRewriteHeader, "a stream's header cannot be changed afterwards")
    let start: (bytes: [UInt8], needed: Int)
    do throws(HeaderFailure) {
      start = try HeaderWriter.bytes(
        of: header.entries, metadata: metadata, size: header.dataStart)
      if start.needed <= header.dataStart {
        _ = try HeaderScanner.header(from: Array(start.bytes[8...]))
      }
    } catch {
      throw ContainerError(file: path, tensor: error.tensor, .header(error.problem))
    }
    guard start.needed <= header.dataStart else {
      let problem = OutputProblem.headerDoesNotFit(
        needed: start.needed, available: header.dataStart)
      throw ContainerError(file: path, .output(problem))
    }
    try start.bytes.withBytes { (bytes) throws(ContainerError) in
      try sink.rewrite(header: bytes)
    }
  }

  /// Removes what was written; does nothing after `finish`.
  package func discard() {
    sink.discard()
  }
}
