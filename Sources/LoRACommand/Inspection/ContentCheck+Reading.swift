import Containers
import Kernels
import Reports
import Tensors

extension ContentCheck {
  /// Reads every tensor of `checkpoint`, which checks all checksums and sizes on the way.
  ///
  /// - Throws: what reading throws, at the first byte that cannot be trusted.
  init(reading checkpoint: Checkpoint, threads: Int, quiet: Bool) throws {
    let progress = ProgressLine(
      "checking", total: checkpoint.dataSize, format: .binaryBytes, quiet: quiet)
    defer { progress.finish() }
    var nonFinite: [NonFinite] = []
    var tile = [UInt8](repeating: 0, count: 1 << 20)
    for shard in checkpoint.shards {
      let reader = try shard.file.makeReader(threads: threads)
      for entry in shard.file.header.entriesByOffset {
        let count = try Self.nonFiniteCount(of: entry, reader, &tile, progress)
        if count > 0 { nonFinite.append(NonFinite(tensor: entry.name, count: count)) }
      }
      try reader.finish()
    }
    self.byteCount = checkpoint.dataSize
    self.nonFinite = nonFinite
  }

  /// Reads one tensor, a tile at a time, and counts its infinities and NaNs.
  private static func nonFiniteCount(
    of entry: TensorEntry, _ reader: SequentialReader, _ tile: inout [UInt8],
    _ progress: ProgressLine
  ) throws -> Int {
    var count = 0
    var left = entry.byteCount
    while left > 0 {
      try Interruption.check()
      let size = min(left, tile.count)
      count += try tile.withMutableBytes(in: 0..<size) { piece in
        try reader.read(into: &piece)
        return entry.type.floatFormat.map {
          FloatScan.nonFiniteCount(in: piece.bytes, format: $0)
        } ?? 0
      }
      left -= size
      progress.advance(by: size, note: entry.name)
    }
    return count
  }
}
