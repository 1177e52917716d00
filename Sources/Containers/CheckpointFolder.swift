import JSON
import SystemPackage
import Tensors

/// Opens the file of weights at a path.
typealias FileOpener = (_ path: String) throws(ContainerError) -> TensorFile

/// Finds the weights in a folder.
struct CheckpointFolder {
  private let path: String
  /// Names of regular files, links to such followed.
  private let names: [String]
  /// Names of folders, links to such followed.
  private let folders: [String]
  private let system: any FileSystem

  /// What the names of remainders in a folder begin with.
  static let remainderPrefix = "lora_remainder"

  static let indexName = "model.safetensors.index.json"
  static let singleName = "model.safetensors"

  /// Whether `path` is a folder; a missing one is left to the opening of a file to report.
  static func isFolder(
    _ path: String, in system: any FileSystem = SystemFileSystem.shared
  ) throws(ContainerError) -> Bool {
    do throws(Errno) {
      return try system.status(of: FilePath(path), followingLinks: true).kind == .folder
    } catch {
      throw ContainerError(file: path, .input(InputProblem(error, operation: "opening")))
    }
  }

  init(
    _ path: String, in system: any FileSystem = SystemFileSystem.shared
  ) throws(ContainerError) {
    self.path = path
    self.system = system
    do throws(Errno) {
      let found = try system.names(inFolder: FilePath(path)).map { name in
        let status = try? system.status(of: FilePath(path).appending(name), followingLinks: true)
        return (name: name, kind: status?.kind)
      }
      names = found.filter { $0.kind == .file }.map(\.name)
      folders = found.filter { $0.kind == .folder }.map(\.name)
    } catch {
      throw ContainerError(file: path, .input(InputProblem(error, operation: "listing")))
    }
  }

  /// The checkpoint in the folder; `open` opens each file of weights.
  func checkpoint(
    opening open: FileOpener = { path throws(ContainerError) in try TensorFile.open(path) }
  ) throws(ContainerError) -> Checkpoint {
    let config =
      names.contains("config.json")
      ? try JSONValue(contentsOf: inside("config.json"), spelling: .python, in: system) : nil
    guard names.contains(Self.indexName) else {
      let name = try singleFile()
      let file = try open(inside(name))
      return Checkpoint(
        path: path, form: .folder, shards: [Checkpoint.Shard(fileName: name, file: file)],
        config: config, sideFiles: sideFiles, namesLeftBehind: namesLeftBehind(besides: [name]))
    }
    guard !names.contains(Self.singleName) else { throw failure(.twoForms) }
    let index = try ShardIndex(path: inside(Self.indexName), in: system)
    let shards = try index.shards(in: path, system, opening: open)
    return Checkpoint(
      path: path, form: .shardedFolder, shards: shards, index: index.value, config: config,
      sideFiles: sideFiles,
      namesLeftBehind: namesLeftBehind(besides: shards.map(\.fileName) + [Self.indexName]))
  }

  /// The name of the one file of weights.
  func singleFile() throws(ContainerError) -> String {
    if names.contains(Self.singleName) { return Self.singleName }
    let candidates = names.filter { name in
      isWeights(name) && !name.hasPrefix(".") && !name.hasPrefix("adapter_model.")
        && !name.hasPrefix(Self.remainderPrefix)
    }
    if candidates.count == 1 { return candidates[0] }
    if candidates.isEmpty && names.contains("adapter_config.json") { throw failure(.onlyAdapter) }
    let pickle = names.first { isPickle($0) }
    guard candidates.isEmpty, let pickle else { throw failure(.noWeights) }
    throw failure(.onlyPickle(pickle))
  }

  private var sideFiles: [String] {
    names.filter { name in
      !name.hasPrefix(".") && name != WrittenFiles.name && !isWeights(name) && !isPickle(name)
        && !isOtherWeights(name)
        && !name.hasSuffix(".index.json")
    }
  }

  /// What is neither read nor carried along: folders, weights in other forms, other indexes.
  private func namesLeftBehind(besides read: [String]) -> [String] {
    let carried = Set(sideFiles + read)
    return (folders.map { $0 + "/" } + names.filter { !carried.contains($0) }).filter {
      !$0.hasPrefix(".") && !$0.hasPrefix(Self.remainderPrefix)
    }
  }

  private func inside(_ name: String) -> String {
    FilePath(path).appending(name).string
  }

  private func failure(_ problem: CheckpointProblem) -> ContainerError {
    ContainerError(file: path, .checkpoint(problem))
  }
}

private func isWeights(_ name: String) -> Bool {
  name.hasSuffix(".safetensors") || name.hasSuffix(".safetensors.gz")
}

private func isPickle(_ name: String) -> Bool {
  [".bin", ".pt", ".pth", ".ckpt"].contains { name.hasSuffix($0) }
}

private func isOtherWeights(_ name: String) -> Bool {
  [".gguf", ".h5", ".msgpack", ".onnx", ".npz"].contains { name.hasSuffix($0) }
}
