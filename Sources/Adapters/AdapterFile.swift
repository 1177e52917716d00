import Containers
import OrderedCollections
import Tensors

/// Opens adapters, told apart by looking, never by the file's name alone.
///
/// | dialect         | form          | configuration                             | tensors                     |
/// |-----------------|---------------|-------------------------------------------|-----------------------------|
/// | PEFT            | folder        | `adapter_config.json` with `peft_type`    | `adapter_model.safetensors` |
/// | PEFT            | single file   | metadata `lora.adapter_config`, as JSON   | the file itself, also `-`   |
/// | PEFT            | tensors alone | `adapter_config.json` in the same folder  | `adapter_model.safetensors` |
/// | mlx-lm          | folder        | `adapter_config.json`, `lora_parameters`  | `adapters.safetensors`      |
/// | mlx-lm          | tensors alone | `adapter_config.json` in the same folder  | as `0000100_adapters.safetensors` |
/// | kohya/diffusers | single file   | none: names and `alpha` tensors           | the file itself, also `-`   |
/// | GGUF            | single file   | its metadata; it begins with `GGUF`       | the file itself             |
package enum AdapterFile {
  package static let configurationName = "adapter_config.json"
  package static let tensorsName = "adapter_model.safetensors"
  private static let configurationLimit = 1_000_000

  /// Opens and reads the adapter at `path`; `-` is a single file on standard input.
  ///
  /// - Throws: `ContainerError` for files that cannot be read, `AdapterError` for a configuration
  ///   that cannot be used, `ErrorList` for tensors that cannot.
  package static func open(_ path: String) throws -> Adapter {
    guard path != "-", Folder.exists(path) else { return try openFile(path) }
    let names = Set(try Folder.names(in: path))
    guard names.contains(configurationName) else {
      throw try missingConfiguration(in: path, names)
    }
    let document = try readDocument(Folder.path(path, configurationName))
    let isMLX = MLXConfiguration.isMLX(document)
    let wanted = isMLX ? MLXDialect.tensorsName : tensorsName
    guard let tensors = [wanted, wanted + ".gz"].first(where: names.contains) else {
      throw missingTensors(wanted, in: path, names)
    }
    let file = try TensorFile.open(Folder.path(path, tensors))
    return try adapter(from: file, path: path, document: document)
  }

  // MARK: Single files

  private static func openFile(_ path: String) throws -> Adapter {
    let file: TensorFile
    do throws(ContainerError) {
      file = try TensorFile.open(path)
    } catch {
      guard error.problem == .input(.otherFormat("GGUF")) else { throw error }
      return try openGGUF(path)
    }
    if let text = file.header.metadata?[MetadataKey.adapterConfiguration] {
      return try adapter(from: file, path: path, document: embeddedDocument(text, path: path))
    }
    if AdapterDialect.speaking(file.header.entries.lazy.map(\.name)) == .kohya {
      return try openKohya(path, file)
    }
    let folder = Folder.parent(of: path)
    if path != "-", try Folder.names(in: folder).contains(configurationName) {
      let document = try readDocument(Folder.path(folder, configurationName))
      return try adapter(from: file, path: path, document: document)
    }
    throw AdapterError.mismatch(
      file: path,
      problem: "holds no adapter configuration: expected metadata "
        + "\"\(MetadataKey.adapterConfiguration)\" or \(configurationName) beside it")
  }

  // MARK: Parts

  private static func readDocument(_ path: String) throws(ContainerError) -> JSONValue {
    try JSONValue(contentsOf: path, sizeLimit: configurationLimit)
  }

  private static func embeddedDocument(
    _ text: String, path: String
  ) throws(AdapterError) -> JSONValue {
    do throws(JSONFailure) {
      return try JSONValue(parsing: text)
    } catch {
      throw .mismatch(
        file: path,
        problem: "metadata \"\(MetadataKey.adapterConfiguration)\": byte \(error.offset): "
          + "\(error.problem)")
    }
  }

  private static func adapter(
    from file: TensorFile, path: String, document: JSONValue
  ) throws -> Adapter {
    if MLXConfiguration.isMLX(document) {
      return try openMLX(path, tensors: file, configuration: document)
    }
    let configuration = try AdapterConfiguration(document, file: path)
    let tensors = try namedTensors(of: file)
    try checkDialect(tensors, is: .peft, file: path, because: "the configuration is PEFT's")
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

  private static func missingTensors(
    _ wanted: String, in path: String, _ names: Set<String>
  ) -> any ReportableError {
    if names.contains("adapter_model.bin") {
      return ContainerError(file: Folder.path(path, "adapter_model.bin"), .input(.pickle))
    }
    let other = [tensorsName, MLXDialect.tensorsName].first { names.contains($0) }
    return AdapterError.mismatch(
      file: path,
      problem: "expected \(wanted) in the folder, as \(configurationName) is of that kind, found "
        + (other.map { "\($0); two adapters were mixed up: fetch the adapter again" } ?? "none"))
  }
}
