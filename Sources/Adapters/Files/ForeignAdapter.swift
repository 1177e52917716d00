import Containers
import OrderedCollections
import Tensors

/// An adapter in another dialect than PEFT's, with what its files say beside the adapter itself.
package struct ForeignAdapter: Sendable {
  package let adapter: Adapter
  /// In the order of the file.
  package let tensors: [(name: String, type: DType, shape: Shape)]
  /// Of the tensor file; nil for GGUF.
  package let compression: TensorFile.Compression?
  package let fileSize: Int?
  package let metadata: OrderedDictionary<String, String>
}

extension AdapterFile {
  /// The adapter at `path` when it is mlx-lm's, kohya's, diffusers' or GGUF; nil for all else.
  ///
  /// - Throws: what reading such an adapter throws.
  package static func foreign(_ path: String) throws -> ForeignAdapter? {
    guard path != "-" else { return nil }
    let found: Found
    do {
      found = try find(path)
    } catch let error as ContainerError {
      guard case .gguf = error.problem else { return nil }
      throw error
    } catch {
      return nil
    }
    switch found {
    case .gguf(let file):
      return ForeignAdapter(
        adapter: try readGGUF(file), tensors: file.entries.map { ($0.name, $0.type, $0.shape) },
        compression: nil, fileSize: file.fileSize, metadata: [:])
    case .kohya(let file):
      return ForeignAdapter(try readKohya(file, path: path), file)
    case .configured(let file, let document):
      guard MLXConfiguration.isMLX(document),
        AdapterDialect.speaking(file.header.entries.lazy.map(\.name)) == .mlx
      else { return nil }
      return ForeignAdapter(try readMLX(file, configuration: document, path: path), file)
    }
  }
}

extension ForeignAdapter {
  fileprivate init(_ adapter: Adapter, _ file: TensorFile) {
    self.init(
      adapter: adapter, tensors: file.header.entries.map { ($0.name, $0.type, $0.shape) },
      compression: file.compression, fileSize: file.fileSize,
      metadata: file.header.metadata ?? [:])
  }
}
