import Tensors

/// A GGUF file open for reading: metadata and plain tensors.
///
/// Nothing in it is trusted: counts are held against the file's size, and every tensor is known to
/// lie inside the file before `open` returns.
package final class GGUFFile: Sendable {
  package struct Entry: Sendable, Equatable {
    package let name: String
    package let type: DType
    /// Outermost dimension first, the reverse of GGUF's order.
    package let shape: Shape
    /// From the start of the data section.
    let offset: UInt64
    let byteCount: Int
  }

  /// The path as the user gave it, which errors show.
  package let path: String
  package let metadata: GGUFMetadata
  /// In the order of the file.
  package let entries: [Entry]
  /// Bytes of the file.
  package let fileSize: Int

  private let file: InputFile
  private let dataStart: Int

  /// Opens `path` and checks its header.
  ///
  /// - Throws: `ContainerError` naming file, tensor and byte; quantised tensors are refused.
  package static func open(_ path: String) throws(ContainerError) -> GGUFFile {
    try GGUFFile(InputFile(path))
  }

  private init(_ file: InputFile) throws(ContainerError) {
    guard let size = file.size else {
      throw ContainerError(file: file.path, .input(.needsRandomAccess))
    }
    let header = try GGUFHeaderReader(file, size: size)
    path = file.path
    fileSize = size
    metadata = header.metadata
    entries = header.entries
    dataStart = header.dataStart
    self.file = file
    try file.checkUnchanged()
  }

  /// All tensors in memory, in the order of the file.
  package func tensors() throws(ContainerError) -> [(name: String, tensor: Tensor)] {
    var result: [(name: String, tensor: Tensor)] = []
    for entry in entries {
      var bytes = [UInt8](repeating: 0, count: entry.byteCount)
      try bytes.withMutableBytes { (bytes) throws(ContainerError) in
        try file.read(at: dataStart + Int(entry.offset), into: &bytes)
      }
      result.append((entry.name, Tensor(type: entry.type, shape: entry.shape, bytes: bytes)))
    }
    try file.checkUnchanged()
    return result
  }
}
