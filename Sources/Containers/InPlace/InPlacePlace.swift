import SystemPackage

/// Which weights a path means to a change in place, and where their journal lies.
struct InPlacePlace {
  /// The file or folder to open.
  let path: String
  let isFolder: Bool
  let journal: FilePath

  init(_ path: String, in system: any FileSystem) throws(ContainerError) {
    if try CheckpointFolder.isFolder(path, in: system) {
      self.path = path
      isFolder = true
      let name = Self.leadingName(inFolder: path, in: system)
      journal = FilePath(path).appending(Journal.name(for: name))
      return
    }
    let file = FilePath(path)
    let folder = file.removingLastComponent()
    let own = folder.appending(Journal.name(for: file.lastComponent?.string ?? ""))
    let common = folder.appending(Journal.name(for: CheckpointFolder.indexName))
    if !Self.exists(own, in: system),
      case .journal(let found) = try Journal.find(at: common, name: path, in: system),
      found.contents.files.contains(where: { $0.name == file.lastComponent?.string })
    {
      self.path = folder.isEmpty ? "." : folder.string
      isFolder = true
      journal = common
    } else {
      self.path = path
      isFolder = false
      journal = own
    }
  }

  /// The name of the file that says where a folder's weights are.
  private static func leadingName(inFolder path: String, in system: any FileSystem) -> String {
    let index = FilePath(path).appending(CheckpointFolder.indexName)
    if exists(index, in: system) { return CheckpointFolder.indexName }
    let folder = try? CheckpointFolder(path, in: system)
    return (try? folder?.singleFile()) ?? CheckpointFolder.singleName
  }

  private static func exists(_ path: FilePath, in system: any FileSystem) -> Bool {
    (try? system.status(of: path, followingLinks: false)) != nil
  }
}
