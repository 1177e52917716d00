import SystemPackage

extension Folder {
  /// Creates the folder `path` unless there is one; the folder it lies in must exist.
  package static func create(_ path: String) throws(ContainerError) {
    let system = SystemFileSystem.shared
    do throws(Errno) {
      try system.createFolder(
        FilePath(path),
        mode: [.ownerReadWriteExecute, .groupReadWriteExecute, .otherReadWriteExecute])
    } catch .fileExists where exists(path) {
    } catch {
      throw ContainerError(file: path, .output(.creating(error, "creating a folder")))
    }
  }

  /// Removes the folder `path`, which must hold nothing but what model folders hold.
  ///
  /// It loses its name first, so that nobody meets half of it.
  package static func remove(_ path: String) throws(ContainerError) {
    let system = SystemFileSystem.shared
    let target = try OutputTarget(path, .folder, options: OutputOptions(force: true), in: system)
    try ModelFolderNames.check(target, at: target.path)
    do throws(Errno) {
      if (try? system.status(of: target.temporary, followingLinks: false)) != nil {
        try TemporaryFolder.remove(target.temporary, in: system)
      }
      try system.rename(target.path, to: target.temporary)
      try TemporaryFolder.remove(target.temporary, in: system)
    } catch {
      throw ContainerError(file: path, .output(.failed(operation: "removing the folder", error)))
    }
  }
}

/// A lock on a folder, held until it goes away: one writer at a time.
package final class FolderLock: Sendable {
  private let descriptor: FileDescriptor

  /// - Throws: `OutputProblem.inUse` when another process holds it.
  package init(_ path: String) throws(ContainerError) {
    let system = SystemFileSystem.shared
    let descriptor: FileDescriptor
    do throws(Errno) {
      descriptor = try system.openFolder(FilePath(path))
    } catch {
      throw ContainerError(file: path, .output(.creating(error, "opening")))
    }
    do throws(Errno) {
      try system.lock(descriptor)
    } catch {
      system.close(descriptor)
      let problem: OutputProblem =
        error == .wouldBlock ? .inUse : .failed(operation: "locking", error)
      throw ContainerError(file: path, .output(problem))
    }
    // Set last, as a failure after it runs `deinit`, which closes too.
    self.descriptor = descriptor
  }

  deinit {
    SystemFileSystem.shared.close(descriptor)
  }
}
