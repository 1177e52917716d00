import Containers
import OrderedCollections
import Tensors

/// Opens adapters: a folder in PEFT's layout, or one file that holds the configuration as well.
///
/// | form          | configuration                              | tensors                      |
/// |---------------|--------------------------------------------|------------------------------|
/// | folder        | `adapter_config.json`                      | `adapter_model.safetensors`  |
/// | single file   | metadata `lora.adapter_config`, as JSON    | the file itself, also `-`    |
/// | tensors alone | `adapter_config.json` in the same folder   | `adapter_model.safetensors`  |
package enum AdapterFile {
  package static let configurationName = "adapter_config.json"
  package static let tensorsName = "adapter_model.safetensors"
  private static let configurationLimit = 1_000_000

  /// Opens and reads the adapter at `path`; `-` is a single file on standard input.
  ///
  /// - Throws: `ContainerError` for files that cannot be read, `AdapterError` for a configuration
  ///   that cannot be used, `ErrorList` for tensors that cannot.
  package static func open(_ path: String) throws -> Adapter {
    let (file, configuration) = try locate(path)
    return try adapter(from: file, path: path, configuration: configuration)
  }

  /// The adapter at `path` with only its header and its configuration read.
  ///
  /// - Throws: `ContainerError` and `AdapterError`, as `open` does.
  package static func locate(
    _ path: String
  ) throws -> (file: TensorFile, configuration: AdapterConfiguration) {
    guard path != "-", Folder.exists(path) else { return try locateFile(path) }
    let names = Set(try Folder.names(in: path))
    guard names.contains(configurationName) else {
      throw try missingConfiguration(in: path, names)
    }
    let configuration = try readConfiguration(Folder.path(path, configurationName))
    guard let tensors = [tensorsName, tensorsName + ".gz"].first(where: names.contains) else {
      throw missingTensors(in: path, names)
    }
    return (try TensorFile.open(Folder.path(path, tensors)), configuration)
  }

  // MARK: Single files

  private static func locateFile(
    _ path: String
  ) throws -> (file: TensorFile, configuration: AdapterConfiguration) {
    let file = try TensorFile.open(path)
    if let configuration = try configuration(in: file) { return (file, configuration) }
    let folder = Folder.parent(of: path)
    if path != "-", try Folder.names(in: folder).contains(configurationName) {
      return (file, try readConfiguration(Folder.path(folder, configurationName)))
    }
    throw AdapterError.mismatch(
      file: path,
      problem: "holds no adapter configuration: expected metadata "
        + "\"\(MetadataKey.adapterConfiguration)\" or \(configurationName) beside it")
  }

  /// The configuration that a single file holds in its metadata; nil when it is none of an adapter.
  package static func configuration(in file: TensorFile) throws -> AdapterConfiguration? {
    try file.header.metadata?[MetadataKey.adapterConfiguration].map {
      try embeddedConfiguration($0, path: file.path)
    }
  }

  /// Whether `path` is a folder that has an adapter's configuration.
  package static func isFolder(_ path: String) -> Bool {
    guard path != "-", Folder.exists(path) else { return false }
    return (try? Folder.names(in: path).contains(configurationName)) ?? false
  }

  // MARK: Parts

  private static func readConfiguration(_ path: String) throws -> AdapterConfiguration {
    try AdapterConfiguration(
      try JSONValue(contentsOf: path, sizeLimit: configurationLimit), file: path)
  }

  private static func embeddedConfiguration(
    _ text: String, path: String
  ) throws -> AdapterConfiguration {
    let document: JSONValue
    do throws(JSONFailure) {
      document = try JSONValue(parsing: text)
    } catch {
      throw AdapterError.mismatch(
        file: path,
        problem: "metadata \"\(MetadataKey.adapterConfiguration)\": byte \(error.offset): "
          + "\(error.problem)")
    }
    return try AdapterConfiguration(document, file: path)
  }

  private static func adapter(
    from file: TensorFile, path: String, configuration: AdapterConfiguration
  ) throws -> Adapter {
    let tensors = try file.tensors().map { (name: $0.0.name, tensor: $0.1) }
    let contents = try PEFTDialect.read(tensors, configuration: configuration, file: path)
    return Adapter(
      file: path, configuration: configuration, updates: contents.updates,
      replacements: contents.replacements, metadata: file.header.metadata ?? [:],
      fingerprint: Fingerprint(tensors: tensors.map { ($0.name, Fingerprint($0.tensor)) }))
  }

  private static func missingConfiguration(
    in path: String, _ names: Set<String>
  ) throws -> AdapterError {
    let nested = names.sorted().filter { name in
      (try? Folder.names(in: Folder.path(path, name)))?.contains(configurationName) ?? false
    }
    guard nested.isEmpty else {
      return .mismatch(
        file: path,
        problem: "holds several adapters; name one of them: "
          + nested.map { escaped(Folder.path(path, $0)) }.joined(separator: ", "))
    }
    return .mismatch(file: path, problem: "expected \(configurationName) in the folder, found none")
  }

  private static func missingTensors(in path: String, _ names: Set<String>) -> any ReportableError {
    if names.contains("adapter_model.bin") {
      return ContainerError(file: Folder.path(path, "adapter_model.bin"), .input(.pickle))
    }
    return AdapterError.mismatch(
      file: path, problem: "expected \(tensorsName) in the folder, found none")
  }
}
