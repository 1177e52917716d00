import Containers
import JSON
import OrderedCollections
import Tensors

extension ConvertedAdapter {
  /// Writes the adapter where its dialect's tools look for it.
  ///
  /// PEFT and kohya: a name in `.safetensors` or `.gz`, or `-`, is one file; PEFT else a folder.
  /// mlx-lm is always a folder, GGUF always a file or `-`.
  ///
  /// - Throws: `AdapterError.mismatch` for a name that does not go with the dialect, `ContainerError`
  ///   for the place; nothing is left then.
  package func write(to path: String, options: OutputOptions, threads: Int) throws {
    let isFileName = path == "-" || path.hasSuffix(".safetensors") || path.hasSuffix(".gz")
    switch form {
    case .peft(let configuration):
      try AdapterFile.write(
        AdapterContents(configuration: configuration, tensors: tensors, metadata: metadata),
        to: path, options: options, threads: threads)
    case .mlx(let configuration):
      guard !isFileName else {
        throw AdapterError.mismatch(
          file: path, problem: "an mlx-lm adapter is a folder; name one without .safetensors")
      }
      try writeFolder(configuration, to: path, options, threads)
    case .kohya:
      try AdapterFile.writeTensors(
        tensors, to: path == "-" ? .standardOutput : .path(path, options), metadata,
        path.hasSuffix(".gz") ? .blockedGzip : .none, threads)
    case .gguf(let header):
      try GGUFFileWriter.write(
        tensors, metadata: header, to: path == "-" ? .standardOutput : .path(path, options))
    }
  }

  private func writeFolder(
    _ configuration: JSONValue, to path: String, _ options: OutputOptions, _ threads: Int
  ) throws {
    let folder = try OutputFolder(path: path, options: options)
    do {
      try folder.write(
        configuration.indentedText + "\n", named: AdapterFile.configurationName)
      let file = try folder.makeFile(named: MLXDialect.tensorsName, expectedSize: 0)
      try AdapterFile.writeTensors(tensors, to: .file(file), metadata, .none, threads)
      try folder.publish()
    } catch {
      folder.discard()
      throw error
    }
  }
}
