import Tensors

extension TensorFile {
  /// One tensor in memory; a compressed stream without blocks is read up to it.
  package func tensor(_ entry: TensorEntry) throws(ContainerError) -> Tensor {
    var bytes = [UInt8](repeating: 0, count: entry.byteCount)
    try bytes.withMutableBytes { (bytes) throws(ContainerError) in
      if isRandomAccess {
        try read(at: entry.range.lowerBound, into: &bytes)
      } else {
        let reader = try makeReader()
        try reader.skip(entry.range.lowerBound)
        try reader.read(into: &bytes)
      }
    }
    return Tensor(type: entry.type, shape: entry.shape, bytes: bytes)
  }

  /// Calls `body` with each tensor in memory, in the order of their data, everything checked to the
  /// last byte.
  package func forEachTensor(
    threads: Int = 1, _ body: (TensorEntry, Tensor) throws -> Void
  ) throws {
    let reader = try makeReader(threads: threads)
    for entry in header.entriesByOffset {
      var bytes = [UInt8](zeros: entry.byteCount)
      try bytes.withMutableBytes { (bytes) throws(ContainerError) in
        try reader.read(into: &bytes)
      }
      try body(entry, Tensor(type: entry.type, shape: entry.shape, bytes: bytes))
    }
    try reader.finish()
  }

  /// All tensors in memory, in the order of their data, everything checked to the last byte.
  package func tensors(threads: Int = 1) throws(ContainerError) -> [(TensorEntry, Tensor)] {
    let reader = try makeReader(threads: threads)
    var tensors: [(TensorEntry, Tensor)] = []
    for entry in header.entriesByOffset {
      var bytes = [UInt8](repeating: 0, count: entry.byteCount)
      try bytes.withMutableBytes { (bytes) throws(ContainerError) in
        try reader.read(into: &bytes)
      }
      tensors.append((entry, Tensor(type: entry.type, shape: entry.shape, bytes: bytes)))
    }
    try reader.finish()
    return tensors
  }
}
