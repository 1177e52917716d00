import Adapters
import Containers
import Kernels
import Tensors

/// The part of a remainder that belongs to one tensor; nothing in it is trusted.
final class TensorRemainder: Sendable {
  private let file: TensorFile
  /// The tensor that holds the codes.
  private let entry: TensorEntry
  /// Where the codes of the chunks lie in it, and one past the last.
  private let offsets: [Int]
  private let wanted: Fingerprint
  private let found: FingerprintBuilder

  /// Reads the index of the codes for `target`.
  ///
  /// - Parameters:
  ///   - entry: The tensor in `file` that holds them.
  ///   - file: The remainder.
  ///   - target: The tensor that they restore.
  ///   - wanted: Its digest when restored.
  /// - Throws: `AdapterError.tensor` when the index is not one for such a tensor.
  init(
    _ entry: TensorEntry, of file: TensorFile, for target: TensorEntry, wanted: Fingerprint
  ) throws {
    self.file = file
    self.entry = entry
    self.wanted = wanted
    found = FingerprintBuilder([target])
    let count = Fingerprint.chunkCount(target.byteCount)
    let size = 4 + 4 * count
    func failure(_ problem: String) -> AdapterError {
      .tensor(file: file.path, name: entry.name, problem: problem)
    }
    guard entry.type == .u8, entry.byteCount >= size else {
      throw failure("is no remainder of \(count) chunks; merge again to make one")
    }
    var index = [UInt8](repeating: 0, count: size)
    try index.withMutableBytes { (bytes) throws(ContainerError) in
      try file.read(at: entry.range.lowerBound, into: &bytes)
    }
    let numbers = stride(from: 0, to: size, by: 4).map { start in
      (0..<4).reduce(0) { $0 | Int(index[start + $1]) << (8 * $1) }
    }
    guard numbers[0] == count else {
      throw failure("expected \(count) chunks, found \(numbers[0]); merge again to make one")
    }
    var offsets = [size]
    let bound = Remainder.bound(of: Fingerprint.chunkSize)
    for (chunk, length) in numbers.dropFirst().enumerated() {
      guard length <= bound else {
        throw failure("chunk \(chunk): a code of \(length) bytes, expected at most \(bound)")
      }
      offsets.append(offsets[offsets.count - 1] + length)
    }
    guard offsets.last == entry.byteCount else {
      throw failure("the codes do not end where the tensor ends; merge again to make one")
    }
    self.offsets = offsets
  }

  /// The code of one chunk of the target.
  func code(ofChunk chunk: Int) throws(ContainerError) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: offsets[chunk + 1] - offsets[chunk])
    try code.withMutableBytes { (bytes) throws(ContainerError) in
      try file.read(at: entry.range.lowerBound + offsets[chunk], into: &bytes)
    }
    return code
  }

  /// Notes what a chunk was restored to.
  func note(_ bytes: RawSpan, asChunk chunk: Int) {
    found.record(chunk: chunk, ofTensor: 0, bytes: bytes)
  }

  /// The digest of what a chunk was restored to; nil before it was noted.
  func digest(ofChunk chunk: Int) -> Digest? { found.digest(ofChunk: chunk, ofTensor: 0) }

  /// Refuses a tensor that was not restored to what it was, when all chunks were noted.
  func checkRestored() throws(AdapterError) {
    let found = found.fingerprint(ofTensor: 0)
    guard found == wanted else {
      throw failure(
        "restores the fingerprint \(found), expected \(wanted): the merged file, an adapter or the "
          + "remainder is not the one that was written; nothing is published")
    }
  }

  func failure(_ problem: String) -> AdapterError {
    .tensor(file: file.path, name: entry.name, problem: problem)
  }
}
