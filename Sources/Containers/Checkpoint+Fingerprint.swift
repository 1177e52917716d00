import Kernels
import Tensors

extension Checkpoint {
  /// Reads everything to the last byte, checksums included, and gives its fingerprint.
  package func fingerprint(threads: Int = 1) throws(ContainerError) -> Fingerprint {
    var digests: [(name: String, digest: Fingerprint)] = []
    for shard in shards { digests += try shard.file.tensorDigests(threads: threads) }
    return Fingerprint(tensors: digests)
  }
}

extension TensorFile {
  /// Reads everything to the last byte, checksums included, and gives its fingerprint.
  package func fingerprint(threads: Int = 1) throws(ContainerError) -> Fingerprint {
    Fingerprint(tensors: try tensorDigests(threads: threads))
  }

  /// The digest of each tensor, in the order of the data.
  func tensorDigests(
    threads: Int
  ) throws(ContainerError) -> [(name: String, digest: Fingerprint)] {
    let reader = try makeReader(threads: threads)
    var buffer = [UInt8](repeating: 0, count: Fingerprint.chunkSize)
    var digests: [(name: String, digest: Fingerprint)] = []
    for entry in header.entriesByOffset {
      var chunks: [Digest] = []
      for index in 0..<Fingerprint.chunkCount(entry.byteCount) {
        try Interruption.check()
        let start = index * Fingerprint.chunkSize
        let size = min(Fingerprint.chunkSize, entry.byteCount - start)
        let digest = try buffer.withMutableBytes(in: 0..<size) { (bytes) throws(ContainerError) in
          try reader.read(into: &bytes)
          return Digest(of: bytes.bytes)
        }
        chunks.append(digest)
      }
      digests.append(
        (entry.name, Fingerprint(type: entry.type, shape: entry.shape, chunks: chunks)))
    }
    try reader.finish()
    return digests
  }
}
