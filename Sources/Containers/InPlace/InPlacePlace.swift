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
    if !Self.exists(own, in: system),
      let common = try Self.common(to: file, named: path, in: system)
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

  /// The journal of a folder whose change the file took part in.
  private static func common(
    to file: FilePath, named path: String, in system: any FileSystem
  ) throws(ContainerError) -> FilePath? {
    let folder = file.removingLastComponent()
    let names = (try? system.names(inFolder: folder.isEmpty ? "." : folder)) ?? []
    let indexes = Set(names.filter { WeightNames(index: $0) != nil } + [WeightNames.standard.index])
    for index in indexes.sorted() {
      let journal = folder.appending(Journal.name(for: index))
      if case .journal(let found) = try Journal.find(at: journal, name: path, in: system),
        found.contents.files.contains(where: { $0.name == file.lastComponent?.string })
      {
        return journal
      }
    }
    return nil
  }

  /// The name of the file that says where a folder's weights are.
  private static func leadingName(inFolder path: String, in system: any FileSystem) -> String {
    let folder = try? CheckpointFolder(path, in: system)
    return folder?.leadingName ?? WeightNames.standard.single
  }

  private static func exists(_ path: FilePath, in system: any FileSystem) -> Bool {
    (try? system.status(of: path, followingLinks: false)) != nil
  }
}
