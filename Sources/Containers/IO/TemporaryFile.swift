import SystemPackage

/// Opens the temporary of an output under a lock, whether it is new or an orphan of a killed run.
enum TemporaryFile {
  /// Opens, locks, empties it and gives it the output's permissions.
  ///
  /// - Throws: `OutputProblem.inUse` when another process holds the lock, `.foreignTemporary` when
  ///   the name belongs to something that is not a plain file of one link, or is another user's.
  static func open(for target: OutputTarget) throws(ContainerError) -> FileDescriptor {
    for _ in 0..<100 {
      let (file, isNew) = try create(target)
      do throws(ContainerError) {
        try lock(file, target)
        guard try isStillThere(file, target, isNew: isNew) else {
          // Its owner published or removed it between our opening and our locking.
          target.system.close(file)
          continue
        }
        try prepare(file, target)
        return file
      } catch {
        // One that was just created is nobody else's, unless somebody found and locked it.
        if isNew, error.problem != .output(.inUse) {
          try? target.system.removeFile(target.temporary)
        }
        target.system.close(file)
        throw error
      }
    }
    throw ContainerError(file: target.name, .output(.inUse))
  }

  /// Creates the temporary, or opens the one that is there.
  private static func create(
    _ target: OutputTarget
  ) throws(ContainerError) -> (file: FileDescriptor, isNew: Bool) {
    // What replaces a private file is private from the start.
    let mode = target.permissions([.ownerReadWrite, .groupReadWrite, .otherReadWrite])
      .union(.ownerReadWrite)
    func open(exclusive: Bool) throws(Errno) -> FileDescriptor {
      try target.system.openToWrite(target.temporary, mode: mode, exclusive: exclusive)
    }
    do throws(Errno) {
      do throws(Errno) {
        return (try open(exclusive: true), true)
      } catch .fileExists {
        return (try open(exclusive: false), false)
      }
    } catch {
      let isForeign = error == .tooManySymbolicLinkLevels || error == .isDirectory
      let problem: OutputProblem =
        isForeign
        ? .foreignTemporary(target.temporaryName) : .creating(error, "opening a temporary file")
      throw ContainerError(file: target.name, .output(problem))
    }
  }

  static func lock(_ file: FileDescriptor, _ target: OutputTarget) throws(ContainerError) {
    do throws(Errno) {
      try target.system.lock(file)
    } catch .wouldBlock {
      throw ContainerError(file: target.name, .output(.inUse))
    } catch .notSupported, .noFunction, .noLocks {
      // A file system without locks cannot tell two writers apart; the rename is still atomic.
    } catch {
      throw ContainerError(file: target.name, .output(.creating(error, "locking")))
    }
  }

  /// Whether the open file still bears the temporary's name, and is one that we could have made: one
  /// that was there already belongs to this user, or somebody else would own what is published.
  static func isStillThere(
    _ file: FileDescriptor, _ target: OutputTarget, isNew: Bool
  ) throws(ContainerError) -> Bool {
    do throws(Errno) {
      let open = try target.system.status(of: file)
      let named = try target.system.status(of: target.temporary, followingLinks: false)
      guard named.isSameFile(as: open) else { return false }
      let isOurs = open.kind == .folder || (open.kind == .file && open.linkCount == 1)
      let isOwn = isNew || open.owner == nil || open.owner == target.system.user
      if !isOurs || !isOwn { throw Errno.fileExists }
      return true
    } catch .noSuchFileOrDirectory {
      return false
    } catch .fileExists {
      throw ContainerError(
        file: target.name, .output(.foreignTemporary(target.temporaryName)))
    } catch {
      throw ContainerError(file: target.name, .output(.creating(error, "looking at it")))
    }
  }

  private static func prepare(
    _ file: FileDescriptor, _ target: OutputTarget
  ) throws(ContainerError) {
    do throws(Errno) {
      try target.system.resize(file, to: 0)
      let mode = target.permissions([.ownerReadWrite, .groupReadWrite, .otherReadWrite])
      if try target.system.status(of: file).permissions != mode {
        try target.system.setPermissions(mode, of: file)
      }
    } catch {
      // Locked and known to be ours: nobody else can have taken it over.
      try? target.system.removeFile(target.temporary)
      throw ContainerError(file: target.name, .output(.creating(error, "preparing")))
    }
  }
}
