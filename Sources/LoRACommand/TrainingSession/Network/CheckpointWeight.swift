import Containers
import Kernels
import Tensors
import Training

/// A weight of floating-point numbers in a checkpoint, of which rows are read when they are wanted.
struct CheckpointWeight: WeightSource {
  private let file: TensorFile
  private let entry: TensorEntry
  private let format: FloatFormat

  /// The weight [out, in] called `name`; nil when there is none.
  init?(_ name: String, of checkpoint: Checkpoint) {
    guard let location = checkpoint.location(named: name), location.entry.shape.rank == 2,
      let format = location.entry.type.floatFormat
    else { return nil }
    (file, entry) = (checkpoint.shards[location.shard].file, location.entry)
    self.format = format
  }

  var shape: Shape { entry.shape }
  var rowCount: Int { entry.shape[0] }

  func rows(_ range: Range<Int>) throws -> StoredMatrix {
    let columns = entry.shape[1]
    let rowSize = columns * format.byteCount
    let part = range.lowerBound * rowSize..<range.upperBound * rowSize
    guard file.isRandomAccess else {
      let bytes = Array(try file.tensor(entry).bytes[part])
      return StoredMatrix(bytes, in: format, rows: range.count, columns: columns)
    }
    var bytes = [UInt8](repeating: 0, count: part.count)
    try bytes.withMutableBytes { (bytes) throws(ContainerError) in
      try file.read(at: entry.range.lowerBound + part.lowerBound, into: &bytes)
    }
    return StoredMatrix(bytes, in: format, rows: range.count, columns: columns)
  }
}
