import JSON
import OrderedCollections
import Tensors

/// What goes along with the tensors of a rewritten checkpoint: metadata, index, side files.
package struct CheckpointCompany: Sendable {
  /// Whose metadata, index and side files are carried along.
  package let layout: Checkpoint
  /// Entries to add to each container's metadata; an empty text removes an entry.
  package var metadata: OrderedDictionary<String, String> = [:]
  /// Members of `config.json` to set; null removes one.
  package var configuration: OrderedDictionary<String, JSONValue> = [:]
  /// Further side files, by the path to copy from; they take the place of those of the same name.
  package var sideFiles: OrderedDictionary<String, String> = [:]

  private let sharding: Sharding

  package init(like layout: Checkpoint, sharding: Sharding) {
    self.layout = layout
    self.sharding = sharding
  }

  /// The metadata of one shard, or of all of them together, with what is added.
  func metadata(ofShard shard: Int?) -> OrderedDictionary<String, String> {
    var result: OrderedDictionary<String, String> =
      if sharding == .asBefore, let shard {
        layout.shards[shard].file.header.metadata ?? [:]
      } else {
        layout.metadata ?? [:]
      }
    if result.isEmpty { result["format"] = "pt" }
    for (key, value) in metadata { result[key] = value.isEmpty ? nil : value }
    return result
  }

  /// Writes index and side files.
  func write(beside plan: RewritePlan, into folder: OutputFolder) throws(ContainerError) {
    for name in layout.sideFiles where sideFiles[name] == nil {
      if name == "config.json", !configuration.isEmpty, var config = layout.config {
        try SideFile.check(Folder.path(layout.path, name))
        for (key, value) in configuration { config[key] = value.isNull ? nil : value }
        try folder.write(config.indentedText + "\n", named: name)
      } else {
        try folder.copy(sideFile: Folder.path(layout.path, name), named: name)
      }
    }
    for (name, path) in sideFiles { try folder.copy(sideFile: path, named: name) }
    guard plan.shards.count > 1 || (sharding == .asBefore && layout.index != nil) else { return }
    try folder.write(index(of: plan).indentedText + "\n", named: layout.names.index)
  }

  /// The index; what the old one said beyond names and sizes is kept.
  private func index(of plan: RewritePlan) -> JSONValue {
    var index = layout.index ?? JSONValue(members: [])
    var about = index["metadata"] ?? JSONValue(members: [])
    let size = plan.results.reduce(0) { $0 + $1.byteCount }
    about["total_size"] = .number(JSONNumber(size))
    if about["total_parameters"] != nil {
      let count = plan.results.reduce(0) { $0 + $1.shape.elementCount }
      about["total_parameters"] = .number(JSONNumber(count))
    }
    index["metadata"] = about
    var map =
      sharding == .asBefore ? index["weight_map"] ?? JSONValue(members: []) : JSONValue(members: [])
    for name in plan.namesLeftOut { map[name] = nil }
    for shard in plan.shards {
      for result in shard.results { map[result.name] = .string(shard.fileName) }
    }
    index["weight_map"] = map
    return index
  }
}
