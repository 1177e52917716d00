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
    guard let weights = try shardedNames() else {
      let name = try singleFile()
      let file = try open(inside(name))
      return Checkpoint(
        path: path, form: .folder, shards: [Checkpoint.Shard(fileName: name, file: file)],
        names: WeightNames(single: name), config: config, sideFiles: sideFiles,
        namesLeftBehind: namesLeftBehind(besides: [name]))
    }
    let index = try ShardIndex(path: inside(weights.index), in: system)
    let shards = try index.shards(in: path, system, opening: open)
    return Checkpoint(
      path: path, form: .shardedFolder, shards: shards, index: index.value, names: weights,
      config: config, sideFiles: sideFiles,
      namesLeftBehind: namesLeftBehind(besides: shards.map(\.fileName) + [weights.index]))
  }

  /// The names of the weights, when an index says where they are; nil for one file.
  func shardedNames() throws(ContainerError) -> WeightNames? {
    for plain in WeightNames.plain {
      guard names.contains(plain.index) else {
        if names.contains(plain.single) { return nil }
        continue
      }
      guard names.contains(plain.single) else { return plain }
      return try indexCounts(plain) ? plain : nil
    }
    let variants = names.compactMap(WeightNames.init(index:))
    guard variants.count > 1 else { return variants.first }
    throw failure(.severalIndexes(variants.map(\.index)))
  }

  /// Whether the index counts beside the one file; false where the file does.
  ///
  /// - Throws: `CheckpointProblem.twoForms` when they do not mean the same.
  private func indexCounts(_ weights: WeightNames) throws(ContainerError) -> Bool {
    guard let index = try? ShardIndex(path: inside(weights.index), in: system) else {
      throw failure(.twoForms(weights))
    }
    let shards = index.fileNames
    if shards == [weights.single] { return true }
    let isAlone = !shards.contains { names.contains($0) }
    guard isAlone, let file = try? TensorFile.open(inside(weights.single)),
      index.lists(exactly: file.header.entries.map(\.name))
    else { throw failure(.twoForms(weights)) }
    return false
  }

  /// The name of the file that says where the weights are.
  var leadingName: String {
    if let sharded = try? shardedNames() { return sharded.index }
    return (try? singleFile()) ?? WeightNames.standard.single
  }

  /// The name of the one file of weights.
  func singleFile() throws(ContainerError) -> String {
    if let plain = WeightNames.plain.first(where: { names.contains($0.single) }) {
      return plain.single
    }
    let candidates = names.filter { name in
      isWeights(name) && !name.hasPrefix(".") && !name.hasPrefix("adapter_model.")
        && !name.hasPrefix(Self.remainderPrefix)
    }
    if candidates.count == 1, !WeightNames.isShard(candidates[0]) { return candidates[0] }
    if candidates.isEmpty && names.contains("adapter_config.json") { throw failure(.onlyAdapter) }
    if let shard = candidates.first(where: WeightNames.isShard) {
      throw failure(.shardsWithoutIndex(shard))
    }
    if candidates.count > 1 { throw failure(.severalFiles(candidates)) }
    if let pickle = names.first(where: { isPickle($0) }) { throw failure(.onlyPickle(pickle)) }
    throw failure(.noWeights)
  }

  private var sideFiles: [String] {
    names.filter { name in
      !name.hasPrefix(".") && name != WrittenFiles.name && !isWeights(name) && !isPickle(name)
        && !isOtherWeights(name)
        && WeightNames(index: name) == nil && !name.hasSuffix(".index.json")
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
