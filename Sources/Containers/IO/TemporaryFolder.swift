import SystemPackage

/// The folder that an output folder is built in.
enum TemporaryFolder {
  /// Creates or takes over the temporary folder under a lock, and empties it.
  static func open(for target: OutputTarget) throws(ContainerError) -> FileDescriptor {
    for _ in 0..<100 {
      let (folder, isNew) = try create(target)
      do throws(ContainerError) {
        try TemporaryFile.lock(folder, target)
        guard try TemporaryFile.isStillThere(folder, target, isNew: isNew) else {
          target.system.close(folder)
          continue
        }
        try prepare(folder, target)
        return folder
      } catch {
        if isNew, error.problem != .output(.inUse) {
          try? target.system.removeFolder(target.temporary)
        }
        target.system.close(folder)
        throw error
      }
    }
    throw ContainerError(file: target.name, .output(.inUse))
  }

  private static let usualMode: FilePermissions = [
    .ownerReadWriteExecute, .groupReadWriteExecute, .otherReadWriteExecute,
  ]

  private static func create(
    _ target: OutputTarget
  ) throws(ContainerError) -> (folder: FileDescriptor, isNew: Bool) {
    var isNew = true
    do throws(Errno) {
      do throws(Errno) {
        try target.system.createFolder(target.temporary, mode: target.permissions(usualMode))
      } catch .fileExists {
        isNew = false
      }
      return (try target.system.openFolder(target.temporary), isNew)
    } catch {
      let isForeign = error == .notDirectory || error == .tooManySymbolicLinkLevels
      let problem: OutputProblem =
        isForeign
        ? .foreignTemporary(target.temporaryName) : .creating(error, "creating a folder")
      throw ContainerError(file: target.name, .output(problem))
    }
  }

  private static func prepare(
    _ folder: FileDescriptor, _ target: OutputTarget
  ) throws(ContainerError) {
    do throws(Errno) {
      try empty(target.temporary, in: target.system)
      let mode = target.permissions(usualMode)
      if try target.system.status(of: folder).permissions != mode {
        try target.system.setPermissions(mode, of: folder)
      }
    } catch {
      // Locked and known to be ours; one that is not empty stays.
      try? target.system.removeFolder(target.temporary)
      let problem: OutputProblem =
        error == .isDirectory || error == .notPermitted
        ? .foreignTemporary(target.temporaryName) : .creating(error, "preparing a folder")
      throw ContainerError(file: target.name, .output(problem))
    }
  }

  /// Removes a folder of files; nothing below it is ever entered.
  static func remove(_ path: FilePath, in system: any FileSystem) throws(Errno) {
    try empty(path, in: system)
    try system.removeFolder(path)
  }

  /// Removes a folder that is to hold these files and no others; with others it stays, with them.
  static func remove(
    _ path: FilePath, holding names: [String], in system: any FileSystem
  ) throws(Errno) {
    for name in names { try system.removeFile(path.appending(name)) }
    try system.removeFolder(path)
  }

  private static func empty(_ path: FilePath, in system: any FileSystem) throws(Errno) {
    for name in try system.names(inFolder: path) {
      try system.removeFile(path.appending(name))
    }
  }
}
