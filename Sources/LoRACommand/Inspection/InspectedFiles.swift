import Adapters
import Containers
import Models
import Tensors

/// The files of one input, their headers read.
struct InspectedFiles {
  let path: String
  let form: Inspection.Form
  /// At least one; the name is that of a shard in a sharded folder.
  let files: [(shard: String?, file: TensorFile)]
  /// Of an adapter; nil for every other file.
  let configuration: AdapterConfiguration?
  let parameters: ParameterCounts

  /// Opens `path`, an adapter or a checkpoint, told apart by looking.
  init(opening path: String) throws {
    self.path = path
    if AdapterFile.isFolder(path) {
      let (file, configuration) = try AdapterFile.locate(path)
      form = .folder
      files = [(nil, file)]
      self.configuration = configuration
      parameters = ParameterCounts(file.header.entries, quantized: nil)
      return
    }
    let checkpoint: Checkpoint
    do {
      checkpoint = try Checkpoint.open(path)
    } catch {
      throw DatasetSignature.explanation(of: error, at: path) ?? error
    }
    switch checkpoint.form {
    case .file: form = .file
    case .stream: form = .stream
    case .folder: form = .folder
    case .shardedFolder: form = .shardedFolder
    }
    let isSharded = form == .shardedFolder
    files = checkpoint.shards.map { (isSharded ? $0.fileName : nil, $0.file) }
    configuration = try Self.configuration(of: checkpoint)
    parameters = ParameterCounts(of: checkpoint)
  }

  /// The configuration in a single file's metadata, or beside a file of a PEFT folder.
  private static func configuration(of checkpoint: Checkpoint) throws -> AdapterConfiguration? {
    guard checkpoint.form == .file || checkpoint.form == .stream else { return nil }
    if let inside = try AdapterFile.configuration(in: checkpoint.shards[0].file) { return inside }
    let path = checkpoint.path
    let isNamedSo = [AdapterFile.tensorsName, AdapterFile.tensorsName + ".gz"].contains {
      path == $0 || path.hasSuffix("/" + $0)
    }
    guard isNamedSo, AdapterFile.isFolder(Folder.parent(of: path)) else { return nil }
    return try AdapterFile.locate(path).configuration
  }

  var entries: [TensorEntry] { files.flatMap(\.file.header.entries) }
  var dataSize: Int { files.reduce(0) { $0 + $1.file.header.dataSize } }

  func checkUnchanged() throws(ContainerError) {
    for (_, file) in files { try file.checkUnchanged() }
  }
}
