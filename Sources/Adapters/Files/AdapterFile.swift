import Containers
import JSON
import Models
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
/// | PEFT            | single file   | metadata `lora_adapter_metadata`, diffusers' | the file itself         |
/// | kohya/diffusers | single file   | none: names and `alpha` tensors           | the file itself, also `-`   |
/// | kohya/diffusers | single file   | none: names of an image model (`ImageAdapter`) | the file itself, also `-` |
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
    switch try find(path) {
    case .gguf(let file): try readGGUF(file)
    case .kohya(let file): try readKohya(file, path: path)
    case .configured(let file, let document):
      if MLXConfiguration.isMLX(document) {
        try readMLX(file, configuration: document, path: path)
      } else {
        try readPEFT(file, configuration: document, path: path)
      }
    }
  }

  /// The PEFT adapter at `path` with only its header and its configuration read.
  ///
  /// - Throws: `ContainerError` and `AdapterError`, as `open` does; for other dialects as well.
  package static func locate(
    _ path: String
  ) throws -> (file: TensorFile, configuration: AdapterConfiguration) {
    switch try find(path) {
    case .configured(let file, let document):
      return (file, try AdapterConfiguration(document, file: path))
    case .kohya, .gguf: throw noConfiguration(path)
    }
  }

  // MARK: Finding the files

  /// What lies at a path, told apart, nothing but headers and configurations read.
  enum Found {
    case configured(TensorFile, JSONValue)
    case kohya(TensorFile)
    case gguf(GGUFFile)
  }

  static func find(_ path: String) throws -> Found {
    guard path != "-", Folder.exists(path) else { return try findFile(path) }
    let names = Set(try Folder.names(in: path))
    guard names.contains(configurationName) else {
      throw try missingConfiguration(in: path, names)
    }
    let document = try readDocument(Folder.path(path, configurationName))
    let wanted = MLXConfiguration.isMLX(document) ? MLXDialect.tensorsName : tensorsName
    guard let tensors = [wanted, wanted + ".gz"].first(where: names.contains) else {
      // What the configuration says is wrong with it comes first.
      try check(document, path: path)
      throw missingTensors(wanted, in: path, names)
    }
    return .configured(try TensorFile.open(Folder.path(path, tensors)), document)
  }

  private static func findFile(_ path: String) throws -> Found {
    let file: TensorFile
    do throws(ContainerError) {
      file = try TensorFile.open(path)
    } catch {
      guard error.problem == .input(.otherFormat("GGUF")) else { throw error }
      return .gguf(try GGUFFile.open(path))
    }
    if let document = try embeddedDocument(in: file) { return .configured(file, document) }
    let names = file.header.entries.map(\.name)
    let dialect = AdapterDialect.speaking(names)
    if dialect == .kohya { return .kohya(file) }
    let isStandard = path.dropFirst(Folder.parent(of: path).count).contains(tensorsName)
    if dialect == .peft {
      if let document = try SavedSettings.configuration(
        of: file.header.metadata ?? [:], file: path)
      {
        return .configured(file, document)
      }
      if !isStandard, ImageAdapter.isOne(names) { return .kohya(file) }
    }
    let folder = Folder.parent(of: path)
    if path != "-", try Folder.names(in: folder).contains(configurationName) {
      return .configured(file, try readDocument(Folder.path(folder, configurationName)))
    }
    if dialect == .peft, ImageAdapter.isOne(names) { return .kohya(file) }
    throw noConfiguration(path)
  }

  private static func noConfiguration(_ path: String) -> AdapterError {
    .mismatch(
      file: path,
      problem: "holds no adapter configuration: expected metadata "
        + "\"\(MetadataKey.adapterConfiguration)\" or \(configurationName) beside it")
  }

  /// The configuration that a single file holds in its metadata; nil when it is none of an adapter.
  package static func configuration(in file: TensorFile) throws -> AdapterConfiguration? {
    try embeddedDocument(in: file).map { try AdapterConfiguration($0, file: file.path) }
  }

  /// The path of the tensors of the adapter in a folder.
  ///
  /// - Throws: As `open`, where nothing but headers and configurations is read.
  package static func tensorsPath(inFolder path: String) throws -> String {
    switch try find(path) {
    case .configured(let file, _), .kohya(let file): file.path
    case .gguf(let file): file.path
    }
  }

  /// Whether an adapter of any dialect lies at `path`, told by headers and configurations alone.
  package static func exists(at path: String) -> Bool {
    (try? find(path)) != nil
  }

  /// Whether `path` is a folder that has an adapter's configuration.
  package static func isFolder(_ path: String) -> Bool {
    guard path != "-", Folder.exists(path) else { return false }
    return (try? Folder.names(in: path).contains(configurationName)) ?? false
  }

  // MARK: Parts

  private static func readDocument(_ path: String) throws(ContainerError) -> JSONValue {
    try JSONValue(contentsOf: path, spelling: .python, sizeLimit: configurationLimit)
  }

  private static func embeddedDocument(
    in file: TensorFile
  ) throws(AdapterError) -> JSONValue? {
    guard let text = file.header.metadata?[MetadataKey.adapterConfiguration] else { return nil }
    do throws(JSONFailure) {
      return try JSONValue(parsing: Array(text.utf8), spelling: .python)
    } catch {
      throw .mismatch(
        file: file.path,
        problem: "metadata \"\(MetadataKey.adapterConfiguration)\": byte \(error.offset): "
          + "\(error.problem)")
    }
  }

  /// Checks a configuration of either kind.
  private static func check(
    _ document: JSONValue, path: String
  ) throws(AdapterError) {
    if MLXConfiguration.isMLX(document) {
      _ = try MLXConfiguration(document, file: path)
    } else {
      _ = try AdapterConfiguration(document, file: path)
    }
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
    let isModel = names.contains("config.json") || names.contains("model.json")
    return .mismatch(
      file: path,
      problem: "expected \(configurationName) in the folder, found none"
        + (isModel ? "; it is a model, and a model comes before its adapters" : ""))
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
