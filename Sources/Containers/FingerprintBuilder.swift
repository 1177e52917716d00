import Kernels
import Synchronization
import Tensors

/// Collects the digests of chunks, from any thread in any order, into fingerprints.
package final class FingerprintBuilder: Sendable {
  private let entries: [TensorEntry]
  private let chunks: Mutex<[[Digest?]]>

  /// A builder for these tensors, which are meant by their positions here.
  package init(_ entries: [TensorEntry]) {
    self.entries = entries
    chunks = Mutex(
      entries.map { Array(repeating: nil, count: Fingerprint.chunkCount($0.byteCount)) })
  }

  /// Notes the digest of chunk `index` of tensor `tensor`: its bytes from `index` · 1 MiB on.
  package func record(chunk index: Int, ofTensor tensor: Int, _ digest: Digest) {
    chunks.withLock { $0[tensor][index] = digest }
  }

  /// Digests and notes chunk `index` of tensor `tensor`, whose bytes these are.
  package func record(chunk index: Int, ofTensor tensor: Int, bytes: RawSpan) {
    let start = index * Fingerprint.chunkSize
    let size = min(Fingerprint.chunkSize, entries[tensor].byteCount - start)
    precondition(bytes.byteCount == size, "not the bytes of that chunk")
    record(chunk: index, ofTensor: tensor, Digest(of: bytes))
  }

  /// The digest of chunk `index` of tensor `tensor`; nil before it was noted.
  package func digest(ofChunk index: Int, ofTensor tensor: Int) -> Digest? {
    chunks.withLock { $0[tensor][index] }
  }

  /// The digest of one tensor, all of whose chunks were noted.
  package func fingerprint(ofTensor tensor: Int) -> Fingerprint {
    let digests = chunks.withLock { $0[tensor] }.compactMap { $0 }
    let entry = entries[tensor]
    precondition(
      digests.count == Fingerprint.chunkCount(entry.byteCount), "a chunk was never noted")
    return Fingerprint(type: entry.type, shape: entry.shape, chunks: digests)
  }

  /// The fingerprint of all tensors together, all of whose chunks were noted.
  package func fingerprint() -> Fingerprint {
    Fingerprint(
      tensors: entries.indices.map { (entries[$0].name, fingerprint(ofTensor: $0)) })
  }
}
