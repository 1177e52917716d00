import JSON
import OrderedCollections
import SystemPackage
import Tensors

/// `model.safetensors.index.json` and the like: which tensor lies in which file.
///
/// 1. One JSON object. 2. `weight_map`: an object from every tensor's name to a bare file name in
/// the same folder. 3. `metadata` is carried along and not needed (`total_size` is often wrong).
///
/// Source: <https://huggingface.co/docs/transformers/big_models>
struct ShardIndex {
  let value: JSONValue
  private let path: String
  private let files: OrderedDictionary<ExactString, String>

  init(path: String, in system: any FileSystem) throws(ContainerError) {
    self.path = path
    value = try JSONValue(contentsOf: path, in: system)
    guard value.object != nil else { throw Self.failure(path, .indexNotAnObject) }
    guard let map = value["weight_map"]?.object else { throw Self.failure(path, .noWeightMap) }
    guard !map.isEmpty else { throw Self.failure(path, .emptyWeightMap) }
    var files: OrderedDictionary<ExactString, String> = [:]
    for (tensor, file) in map {
      guard let name = file.string else { throw Self.failure(path, .shardNotText, tensor.text) }
      guard ShardNames.isBare(name) else {
        throw Self.failure(path, .badShardName(name), tensor.text)
      }
      files[tensor] = name
    }
    self.files = files
  }

  /// The files that it names, once each.
  var fileNames: Set<String> { Set(files.values) }

  /// Whether it lists these tensors and no others.
  func lists(exactly tensors: [String]) -> Bool {
    tensors.count == files.count && tensors.allSatisfy { files[ExactString($0)] != nil }
  }

  /// Opens every shard that is named, once, in ascending order, and checks that both sides agree.
  func shards(
    in folder: String, _ system: any FileSystem, opening open: FileOpener
  ) throws(ContainerError) -> [Checkpoint.Shard] {
    let names = Set(files.values.map(ExactString.init)).sorted()
    for name in names { try checkIsFile(name.text, in: folder, system) }
    var shards: [Checkpoint.Shard] = []
    for name in names {
      let file = try open(FilePath(folder).appending(name.text).string)
      shards.append(Checkpoint.Shard(fileName: name.text, file: file))
    }
    try checkAgreement(with: shards)
    return shards
  }

  private func checkIsFile(
    _ name: String, in folder: String, _ system: any FileSystem
  ) throws(ContainerError) {
    do throws(Errno) {
      let status = try system.status(of: FilePath(folder).appending(name), followingLinks: true)
      guard status.kind != .file else { return }
    } catch .noSuchFileOrDirectory {
      throw Self.failure(path, .missingShard(name))
    } catch {
      throw ContainerError(
        file: FilePath(folder).appending(name).string,
        .input(InputProblem(error, operation: "opening")))
    }
    throw Self.failure(path, .notAFile(name))
  }

  /// Checks each tensor of each shard against the index, then the other way round.
  private func checkAgreement(with shards: [Checkpoint.Shard]) throws(ContainerError) {
    var found: [ExactString: String] = [:]
    for shard in shards {
      for entry in shard.file.header.entries {
        let name = ExactString(entry.name)
        if let other = found.updateValue(shard.fileName, forKey: name) {
          throw Self.failure(path, .inTwoShards(other, shard.fileName), entry.name)
        }
        guard let listed = files[name] else {
          throw Self.failure(path, .unlistedTensor(shard: shard.fileName), entry.name)
        }
        guard sameBytes(listed, shard.fileName) else {
          let problem = CheckpointProblem.wrongShard(listed: listed, found: shard.fileName)
          throw Self.failure(path, problem, entry.name)
        }
      }
    }
    for (name, listed) in files where found[name] == nil {
      throw Self.failure(path, .shardWithoutTensor(listed), name.text)
    }
  }

  private static func failure(
    _ path: String, _ problem: CheckpointProblem, _ tensor: String? = nil
  ) -> ContainerError {
    ContainerError(file: path, tensor: tensor, .checkpoint(problem))
  }
}
