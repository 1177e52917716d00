import JSON
import OrderedCollections
import SystemPackage
import Tensors

/// A model's weights as they are found: one file, a stream, or a Hugging Face folder.
package final class Checkpoint: Sendable {
  /// How the weights lie.
  package enum Form: Sendable {
    /// One safetensors file, named itself.
    case file
    /// Standard input or a pipe.
    case stream
    /// A folder with one weights file.
    case folder
    /// A folder with an index and the shards that it names.
    case shardedFolder
  }

  /// One file of weights.
  package struct Shard: Sendable {
    /// The bare name in the folder; for `Form.file` and `.stream` the path as given.
    package let fileName: String
    package let file: TensorFile
  }

  /// Where a tensor is.
  package struct Location: Sendable {
    /// A position in `shards`.
    package let shard: Int
    package let entry: TensorEntry
  }

  /// The path as the user gave it.
  package let path: String
  package let form: Form
  /// In ascending order of their names, which is the order of the model.
  package let shards: [Shard]
  /// The index of a sharded folder, as it was read.
  package let index: JSONValue?
  /// What a folder's weights are called.
  package let names: WeightNames
  /// `config.json` of a folder.
  package let config: JSONValue?
  /// Regular files of a folder to carry along, in ascending order.
  ///
  /// All but weights of any kind, the index and hidden files: tokenizers, configurations, texts.
  package let sideFiles: [String]
  /// What else a folder holds that is not hidden, and that does not go along: folders, which end in
  /// a slash, and weights in other forms.
  package let namesLeftBehind: [String]

  /// Opens a file, a folder or `-`, and checks that index and shards agree.
  ///
  /// A folder is looked at in this order: `model.safetensors.index.json` with the shards it names;
  /// `model.safetensors`; the same with diffusers' names; the only index of a variant (`WeightNames`);
  /// the only file that ends in `.safetensors` (or `.safetensors.gz`).
  /// An index beside `model.safetensors` is refused, for transformers would take the single file and
  /// other tools the shards, unless both mean the same: the index names that file, or tensors that are
  /// all in it and no shard that is there.
  ///
  /// - Throws: `CheckpointProblem`, or what opening a file throws; before any shard is opened, all
  ///   names in the index are known to be bare file names.
  package static func open(_ path: String) throws(ContainerError) -> Checkpoint {
    guard path != "-", try CheckpointFolder.isFolder(path) else {
      let file = try TensorFile.open(path)
      return Checkpoint(
        path: path, form: file.fileSize == nil ? .stream : .file,
        shards: [Shard(fileName: path, file: file)])
    }
    return try CheckpointFolder(path).checkpoint()
  }

  init(
    path: String, form: Form, shards: [Shard], index: JSONValue? = nil,
    names: WeightNames = .standard, config: JSONValue? = nil, sideFiles: [String] = [],
    namesLeftBehind: [String] = []
  ) {
    self.path = path
    self.form = form
    self.shards = shards
    self.index = index
    self.names = names
    self.config = config
    self.sideFiles = sideFiles
    self.namesLeftBehind = namesLeftBehind
  }

  /// What may be done with all of its weights; nil for a stream.
  package var permissions: FilePermissions? {
    shards.compactMap(\.file.permissions).reduce(nil) { $0?.intersection($1) ?? $1 }
  }

  /// All tensors, shard after shard, each shard in the order of its header.
  package var tensors: [Location] {
    shards.indices.flatMap { shard in
      shards[shard].file.header.entries.map { Location(shard: shard, entry: $0) }
    }
  }

  /// The tensor with exactly this name.
  package func location(named name: String) -> Location? {
    for shard in shards.indices {
      if let entry = shards[shard].file.header.entry(named: name) {
        return Location(shard: shard, entry: entry)
      }
    }
    return nil
  }

  /// Bytes of all data sections.
  package var dataSize: Int { shards.reduce(0) { $0 + $1.file.header.dataSize } }

  /// Throws when a file has changed since it was opened.
  package func checkUnchanged() throws(ContainerError) {
    for shard in shards { try shard.file.checkUnchanged() }
  }
}
