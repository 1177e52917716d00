import Containers
import Kernels
import Reports
import Tensors

extension ContentCheck {
  /// Reads every tensor of `input`, which checks all checksums and sizes on the way.
  ///
  /// - Throws: what reading throws, at the first byte that cannot be trusted.
  init(reading input: InspectedFiles, threads: Int, quiet: Bool) throws {
    let progress = ProgressLine(
      "checking", total: input.dataSize, format: .binaryBytes, quiet: quiet)
    defer { progress.finish() }
    var nonFinite: [NonFinite] = []
    var digests: [(name: String, digest: Fingerprint)] = []
    for (_, file) in input.files {
      var pass = Pass(reader: try file.makeReader(threads: threads), progress: progress)
      for entry in file.header.entriesByOffset {
        let (count, digest) = try pass.read(entry)
        if count > 0 { nonFinite.append(NonFinite(tensor: entry.name, count: count)) }
        digests.append((entry.name, digest))
      }
      try pass.reader.finish()
    }
    self.byteCount = input.dataSize
    self.nonFinite = nonFinite
    self.fingerprint = Fingerprint(tensors: digests)
  }

  /// One pass over a file's tensors, a chunk of the fingerprint at a time.
  private struct Pass {
    let reader: SequentialReader
    let progress: ProgressLine
    private var chunk = [UInt8](repeating: 0, count: Fingerprint.chunkSize)

    init(reader: SequentialReader, progress: ProgressLine) {
      self.reader = reader
      self.progress = progress
    }

    /// Reads the tensor that comes next; counts its infinities and NaNs.
    mutating func read(
      _ entry: TensorEntry
    ) throws -> (nonFiniteCount: Int, digest: Fingerprint) {
      var count = 0
      var digests: [Digest] = []
      for index in 0..<Fingerprint.chunkCount(entry.byteCount) {
        try Interruption.check()
        let size = min(chunk.count, entry.byteCount - index * chunk.count)
        try chunk.withMutableBytes(in: 0..<size) { (bytes) throws(ContainerError) in
          try reader.read(into: &bytes)
          digests.append(Digest(of: bytes.bytes))
          guard let format = entry.type.floatFormat else { return }
          count += FloatScan.nonFiniteCount(in: bytes.bytes, format: format)
        }
        progress.advance(by: size, note: escaped(entry.name))
      }
      return (count, Fingerprint(type: entry.type, shape: entry.shape, chunks: digests))
    }
  }
}
