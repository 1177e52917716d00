import Containers
import JSON
import OrderedCollections
import Tensors

extension AdapterFile {
  static func readPEFT(
    _ file: TensorFile, configuration document: JSONValue, path: String
  ) throws -> Adapter {
    var configuration = try AdapterConfiguration(document, file: path)
    let tensors = try namedTensors(of: file)
    try checkDialect(tensors, is: .peft, file: path, because: "the configuration is PEFT's")
    let contents = try PEFTDialect.read(tensors, configuration: configuration, file: path)
    configuration.notes += contents.notes
    return Adapter(
      file: path, configuration: configuration, updates: contents.updates,
      replacements: contents.replacements, metadata: file.header.metadata ?? [:],
      fingerprint: Fingerprint(tensors: tensors.map { ($0.name, Fingerprint($0.tensor)) }))
  }

  static func readMLX(
    _ file: TensorFile, configuration: JSONValue, path: String
  ) throws -> Adapter {
    let tensors = try namedTensors(of: file)
    try checkDialect(tensors, is: .mlx, file: path, because: "\(configurationName) is mlx-lm's")
    let parts = try MLXDialect.read(tensors, configuration: configuration, file: path)
    return adapter(parts, tensors, metadata: file.header.metadata ?? [:], path: path)
  }

  static func readKohya(_ file: TensorFile, path: String) throws -> Adapter {
    let tensors = try namedTensors(of: file)
    let parts = try KohyaDialect.read(
      tensors, metadata: file.header.metadata ?? [:], file: path)
    return adapter(parts, tensors, metadata: file.header.metadata ?? [:], path: path)
  }

  static func readGGUF(_ file: GGUFFile) throws -> Adapter {
    let tensors = try file.tensors()
    let parts = try GGUFDialect.read(tensors, metadata: file.metadata, file: file.path)
    return adapter(parts, tensors, metadata: [:], path: file.path)
  }

  /// Refuses tensors that bear the names of another dialect than their configuration.
  ///
  /// One sentence instead of one for every tensor: the files were mixed up.
  static func checkDialect(
    _ tensors: [(name: String, tensor: Tensor)], is expected: AdapterDialect, file: String,
    because reason: String
  ) throws(AdapterError) {
    guard let found = AdapterDialect.speaking(tensors.lazy.map(\.name)), found != expected else {
      return
    }
    throw .mismatch(
      file: file,
      problem: "\(reason), but the tensors have the names of \(found.displayName); "
        + "two adapters were mixed up: fetch the adapter again")
  }

  static func namedTensors(
    of file: TensorFile
  ) throws(ContainerError) -> [(name: String, tensor: Tensor)] {
    try file.tensors().map { (name: $0.0.name, tensor: $0.1) }
  }

  private static func adapter(
    _ parts: AdapterParts, _ tensors: [(name: String, tensor: Tensor)],
    metadata: OrderedDictionary<String, String>, path: String
  ) -> Adapter {
    Adapter(
      file: path, dialect: parts.dialect, configuration: parts.configuration,
      updates: parts.updates, changes: parts.changes, replacements: [], metadata: metadata,
      fingerprint: Fingerprint(tensors: tensors.map { ($0.name, Fingerprint($0.tensor)) }))
  }
}
