import JSON
import Kernels
import Synchronization
import Tensors

/// 128 bits that stand for a tensor or a checkpoint: file, gzip form and shards have the same.
///
/// They guard against accidents, not against an adversary, who can make collisions.
///
/// 1. The bytes of a tensor are cut into chunks of 1 MiB, the last one shorter; an empty tensor has
///    none. Each chunk has an XXH3-128 digest, written as 16 bytes, most significant first.
/// 2. A tensor's digest is the XXH3-128 of: the dtype's spelling in ASCII, one zero byte, the rank
///    as u64, each dimension as u64 (all little-endian), then the digests of its chunks in order.
/// 3. A checkpoint's fingerprint is the XXH3-128 of, for each tensor in ascending order of the
///    UTF-8 bytes of its name: the length of the name as u64 little-endian, the name, its digest.
package struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
  package let digest: Digest

  package init(_ digest: Digest) {
    self.digest = digest
  }

  /// Reads 32 hexadecimal digits, lower case.
  package init?(_ text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 32, digits.allSatisfy({ isLowerHexadecimal($0) }),
      let high = UInt64(text.prefix(16), radix: 16), let low = UInt64(text.suffix(16), radix: 16)
    else { return nil }
    digest = Digest(high: high, low: low)
  }

  /// 32 hexadecimal digits.
  package var description: String {
    digest.bytes.map(hexadecimal).joined()
  }

  /// Bytes of a chunk.
  package static let chunkSize = 1 << 20

  /// Chunks of a tensor of `byteCount` bytes.
  package static func chunkCount(_ byteCount: Int) -> Int {
    (byteCount + chunkSize - 1) / chunkSize
  }

  /// The digest of one tensor from those of its chunks, in order.
  package init(type: DType, shape: Shape, chunks: [Digest]) {
    var bytes = Array(type.rawValue.utf8) + [0]
    bytes += Containers.bytes(of: UInt64(shape.rank))
    for dimension in shape.dimensions { bytes += Containers.bytes(of: UInt64(dimension)) }
    for chunk in chunks { bytes += chunk.bytes }
    digest = bytes.withBytes { Digest(of: $0) }
  }

  /// The digest of one tensor in memory.
  package init(_ tensor: Tensor) {
    let chunks = (0..<Self.chunkCount(tensor.bytes.count)).map { index in
      let start = index * Self.chunkSize
      let end = min(start + Self.chunkSize, tensor.bytes.count)
      return tensor.bytes.withBytes { Digest(of: $0.extracting(start..<end)) }
    }
    self.init(type: tensor.type, shape: tensor.shape, chunks: chunks)
  }

  /// The fingerprint of a checkpoint from the digests of its tensors, in any order.
  package init(tensors: [(name: String, digest: Fingerprint)]) {
    let sorted = tensors.map { (ExactString($0.name), $0.digest) }.sorted { $0.0 < $1.0 }
    var state = DigestState()
    for (name, digest) in sorted {
      let bytes =
        Containers.bytes(of: UInt64(name.text.utf8.count)) + name.text.utf8 + digest.digest.bytes
      bytes.withBytes { state.update($0) }
    }
    digest = state.digest()
  }
}

private func isLowerHexadecimal(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
  default: false
  }
}
