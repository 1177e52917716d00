import Containers
import JSON
import Models
import OrderedCollections
import Tensors

/// An adapter about to be written: what training, extraction or conversion hands over.
package struct AdapterContents: Sendable {
  /// `adapter_config.json`.
  package var configuration: JSONValue
  /// With PEFT's names, in the order to write.
  package var tensors: [(name: String, tensor: Tensor)]
  /// What is said in the tensor file's `__metadata__` beside `{"format": "pt"}`.
  package var metadata: OrderedDictionary<String, String>
  /// Paths of files that go into a folder beside the adapter, by their names there.
  package var sideFiles: OrderedDictionary<String, String> = [:]

  package init(
    configuration: JSONValue, tensors: [(name: String, tensor: Tensor)],
    metadata: OrderedDictionary<String, String> = [:]
  ) {
    self.configuration = configuration
    self.tensors = tensors
    self.metadata = metadata
  }
}

extension AdapterFile {
  /// Writes an adapter: the single-file form for a name in `.safetensors` or `.safetensors.gz` and
  /// for `-`, else the folder form.
  ///
  /// - Parameters:
  ///   - contents: What is written.
  ///   - path: Where.
  ///   - options: How a file is published.
  ///   - threads: How many compress.
  ///   - isCompressed: Whether to write inside gzip; nil goes by the name. Not for a folder.
  /// - Throws: `ContainerError` as `OutputFile` and `OutputFolder`; nothing is left then.
  package static func write(
    _ contents: AdapterContents, to path: String, options: OutputOptions, threads: Int,
    isCompressed: Bool? = nil
  ) throws {
    var metadata: OrderedDictionary = ["format": "pt"]
    metadata.merge(contents.metadata) { _, given in given }
    let isCompressed = isCompressed ?? path.hasSuffix(".gz")
    if isSingleFile(path) {
      metadata[MetadataKey.adapterConfiguration] = contents.configuration.compactText
      let destination: TensorFileDestination =
        path == "-" ? .standardOutput : .path(path, options)
      try writeTensors(
        contents.tensors, to: destination, metadata, isCompressed ? .blockedGzip : .none, threads)
      return
    }
    let folder = try OutputFolder(path: path, options: options)
    do {
      try folder.write(
        contents.configuration.indentedText + "\n", named: configurationName)
      let tensors = try folder.makeFile(named: tensorsName, expectedSize: 0)
      try writeTensors(contents.tensors, to: .file(tensors), metadata, .none, threads)
      for (name, path) in contents.sideFiles { try folder.copy(sideFile: path, named: name) }
      try folder.publish()
    } catch {
      folder.discard()
      throw error
    }
  }

  /// Whether the adapter at `path` is written as one file.
  package static func isSingleFile(_ path: String) -> Bool {
    path == "-" || path.hasSuffix(".gz") || path.hasSuffix(".safetensors")
  }

  static func writeTensors(
    _ tensors: [(name: String, tensor: Tensor)], to destination: TensorFileDestination,
    _ metadata: OrderedDictionary<String, String>, _ compression: TensorFileWriter.Compression,
    _ threads: Int
  ) throws {
    let writer = try TensorFileWriter(
      to: destination,
      entries: tensors.map { ($0.name, $0.tensor.type, $0.tensor.shape) },
      metadata: metadata, compression: compression, threads: threads)
    do {
      for (_, tensor) in tensors { try tensor.bytes.withBytes { try writer.append($0) } }
      try writer.finish(metadata: nil)
    } catch {
      writer.discard()
      throw error
    }
  }
}
