import Containers
import Kernels
import Models
import OrderedCollections
import Synchronization
import Tensors

/// Collects the codes of a merge while it goes on, in any order, and writes them as a remainder.
///
/// Codes wait in a file without a name, so that memory does not grow with the model.
final class RemainderRecorder: Sendable {
  private let entries: [TensorEntry]
  private let spool: SpoolFile
  /// For each tensor and chunk, where its code waits.
  private let places: Mutex<[[Range<Int>?]]>
  /// Of the remainder that was written.
  private let written = Mutex(0)
  private let base: FingerprintBuilder
  private let merged: FingerprintBuilder

  /// A recorder for the changed tensors `entries`, meant by their positions here.
  ///
  /// - Throws: `ContainerError` when there is no place for the codes beside `output`.
  init(_ entries: [TensorEntry], beside output: String) throws(ContainerError) {
    self.entries = entries
    spool = try SpoolFile(beside: output)
    places = Mutex(
      entries.map { Array(repeating: nil, count: Fingerprint.chunkCount($0.byteCount)) })
    base = FingerprintBuilder(entries)
    merged = FingerprintBuilder(entries)
  }

  /// Bytes of the tensors that change.
  var targetByteCount: Int { entries.reduce(0) { $0 + $1.byteCount } }

  /// Bytes of the remainder's file, when it is written.
  var fileSize: Int { written.withLock { $0 } }

  func holds(chunk: Int, ofTensor tensor: Int) -> Bool {
    places.withLock { $0[tensor][chunk] != nil }
  }

  /// Takes the code of one chunk.
  ///
  /// - Parameters:
  ///   - code: What `Remainder.encode` made of the chunk.
  ///   - chunk: Counted in the tensor.
  ///   - tensor: Its position in the entries.
  ///   - original: The chunk before the merge.
  ///   - result: The chunk after it.
  /// - Throws: `ContainerError` when it cannot be kept.
  func record(
    _ code: [UInt8], chunk: Int, ofTensor tensor: Int, original: RawSpan, result: RawSpan
  ) throws(ContainerError) {
    let place = try code.withBytes { (bytes) throws(ContainerError) in try spool.append(bytes) }
    places.withLock { $0[tensor][chunk] = place }
    base.record(chunk: chunk, ofTensor: tensor, bytes: original)
    merged.record(chunk: chunk, ofTensor: tensor, bytes: result)
  }

  /// What one chunk was before and after, when it is recorded.
  func digests(ofChunk chunk: Int, ofTensor tensor: Int) -> (old: Digest?, new: Digest?) {
    (
      base.digest(ofChunk: chunk, ofTensor: tensor), merged.digest(ofChunk: chunk, ofTensor: tensor)
    )
  }

  /// What each tensor was before and after, when all chunks are recorded.
  var digests: OrderedDictionary<ExactString, RemainderRecord.Digests> {
    var result: OrderedDictionary<ExactString, RemainderRecord.Digests> = [:]
    for (number, entry) in entries.enumerated() {
      result[ExactString(entry.name)] = RemainderRecord.Digests(
        base: base.fingerprint(ofTensor: number), merged: merged.fingerprint(ofTensor: number))
    }
    return result
  }

  /// Writes the remainder, up to its publishing.
  ///
  /// - Parameters:
  ///   - file: Where to.
  ///   - record: What it belongs to.
  /// - Returns: The writer, to be finished when the merged file is there, and the fingerprint.
  /// - Throws: `ContainerError` when it cannot be written.
  func write(
    to file: OutputFile, record: RemainderRecord
  ) throws(ContainerError) -> (writer: TensorFileWriter, fingerprint: Fingerprint) {
    let places = places.withLock { $0.map { $0.compactMap(\.self) } }
    let sizes = places.map { 4 + 4 * $0.count + $0.reduce(0) { $0 + $1.count } }
    let writer = try TensorFileWriter(
      to: .file(file),
      entries: zip(entries, sizes).map { ($0.name, .u8, Shape([$1])) },
      metadata: ["format": "pt", MetadataKey.remainder: record.text])
    var digests: [(name: String, digest: Fingerprint)] = []
    for (entry, chunks) in zip(writer.header.entries, places) {
      digests.append((entry.name, try write(chunks, as: entry, to: writer)))
    }
    try writer.synchronize()
    written.withLock { $0 = writer.header.dataStart + writer.header.dataSize }
    return (writer, Fingerprint(tensors: digests))
  }

  /// Writes one tensor and says what its digest is.
  private func write(
    _ chunks: [Range<Int>], as entry: TensorEntry, to writer: TensorFileWriter
  ) throws(ContainerError) -> Fingerprint {
    var digests: [Digest] = []
    var pending = bytes(of: UInt32(chunks.count))
    for chunk in chunks { pending += bytes(of: UInt32(chunk.count)) }
    func flush(_ count: Int) throws(ContainerError) {
      try pending.withBytes { (bytes) throws(ContainerError) in
        let block = bytes.extracting(0..<count)
        digests.append(Digest(of: block))
        try writer.append(block)
      }
      pending.removeFirst(count)
    }
    for chunk in chunks {
      try Interruption.check()
      pending += try spool.bytes(at: chunk)
      while pending.count >= Fingerprint.chunkSize { try flush(Fingerprint.chunkSize) }
    }
    while !pending.isEmpty { try flush(min(pending.count, Fingerprint.chunkSize)) }
    return Fingerprint(type: entry.type, shape: entry.shape, chunks: digests)
  }
}

/// The four bytes of a number, the lowest first.
private func bytes(of number: UInt32) -> [UInt8] {
  (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}
