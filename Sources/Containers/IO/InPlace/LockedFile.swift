import SystemPackage

/// A file to be changed in place: open once, locked, and in no other process.
///
/// It must be a regular file under its own name with no other hard link. The lock keeps a second
/// `lora` away. On Linux a write lease tells whether the file is open or mapped anywhere else, and
/// makes whoever opens it later wait; so everything here reads through this one descriptor, for a
/// second one would be such a stranger. The lock comes first: of two that open the file at one
/// instant the one without it leaves at once, and the other waits that moment for its lease. Where a
/// file system has no locks or leases, or only the owner gets one, the change goes on without.
package final class LockedFile: Sendable {
  /// The path as the user gave it, which errors show.
  package let path: String
  let status: FileStatus
  let system: any FileSystem
  let descriptor: FileDescriptor

  /// Opens, locks and checks the file at `path`.
  ///
  /// - Throws: `InPlaceProblem`: `.locked` when another process changes it, `.openElsewhere` when
  ///   one has it open, unless `force`.
  package init(
    _ path: String, force: Bool = false, in system: any FileSystem = SystemFileSystem.shared
  ) throws(ContainerError) {
    let descriptor = try Self.open(path, in: system)
    let status: FileStatus
    do throws(ContainerError) {
      status = try Self.check(descriptor, path, in: system)
      try Self.lock(descriptor, path, in: system)
      try Self.checkName(status, path, in: system)
      if !force { try Self.lease(descriptor, path, in: system) }
    } catch {
      system.close(descriptor)
      throw error
    }
    // Not before all is well: a failure after the last property is set runs `deinit`, which closes too.
    self.path = path
    self.system = system
    (self.descriptor, self.status) = (descriptor, status)
  }

  deinit {
    system.close(descriptor)
  }

  /// Bytes.
  package var size: Int { status.size }

  // MARK: Opening

  private static func open(
    _ path: String, in system: any FileSystem
  ) throws(ContainerError) -> FileDescriptor {
    do throws(Errno) {
      return try system.openToChange(FilePath(path))
    } catch .tooManySymbolicLinkLevels {
      let target = (try? system.target(ofLink: FilePath(path)))?.string ?? ""
      throw ContainerError(file: path, .inPlace(.isLink(to: target)))
    } catch .wouldBlock {
      throw ContainerError(file: path, .inPlace(.locked))
    } catch .isDirectory {
      throw ContainerError(file: path, .inPlace(.notAFile))
    } catch {
      throw ContainerError(file: path, .inPlace(.failed(operation: "opening", error)))
    }
  }

  private static func check(
    _ descriptor: FileDescriptor, _ path: String, in system: any FileSystem
  ) throws(ContainerError) -> FileStatus {
    let status: FileStatus
    do throws(Errno) {
      status = try system.status(of: descriptor)
    } catch {
      throw ContainerError(file: path, .inPlace(.failed(operation: "looking at it", error)))
    }
    guard status.kind == .file else { throw ContainerError(file: path, .inPlace(.notAFile)) }
    guard status.linkCount == 1 else {
      throw ContainerError(file: path, .inPlace(.hardLinks(count: status.linkCount)))
    }
    guard !StandardStreams.areWritten(to: status) else {
      throw ContainerError(file: path, .inPlace(.isStandardStream))
    }
    return status
  }

  private static func lock(
    _ descriptor: FileDescriptor, _ path: String, in system: any FileSystem
  ) throws(ContainerError) {
    do throws(Errno) {
      try system.lock(descriptor)
    } catch .wouldBlock {
      throw ContainerError(file: path, .inPlace(.locked))
    } catch .notSupported, .noFunction, .noLocks {
      // Two changes at once are then found out by the digests of what they overwrite.
    } catch {
      throw ContainerError(file: path, .inPlace(.failed(operation: "locking", error)))
    }
  }

  /// Whether the name still stands for the file that was locked.
  private static func checkName(
    _ status: FileStatus, _ path: String, in system: any FileSystem
  ) throws(ContainerError) {
    let named = try? system.status(of: FilePath(path), followingLinks: false)
    guard named?.isSameFile(as: status) == true else {
      throw ContainerError(file: path, .inPlace(.locked))
    }
  }

  private static func lease(
    _ descriptor: FileDescriptor, _ path: String, in system: any FileSystem
  ) throws(ContainerError) {
    do throws(Errno) {
      try system.lease(descriptor)
    } catch .wouldBlock {
      throw ContainerError(file: path, .inPlace(.openElsewhere))
    } catch {
      // No leases here, or not for this user.
    }
  }

  // MARK: Bytes

  /// Fills `buffer` from `offset` on.
  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(ContainerError) {
    var count = 0
    while count < buffer.byteCount {
      var rest = buffer._mutatingExtracting(count..<buffer.byteCount)
      let step: Int
      do throws(Errno) {
        step = try system.read(descriptor, into: &rest, at: offset + count)
      } catch {
        throw ContainerError(file: path, .input(InputProblem(error, operation: "reading")))
      }
      guard step > 0 else {
        throw ContainerError(
          file: path, offset: offset + count,
          .input(.endsEarly(missing: buffer.byteCount - count)))
      }
      count += step
    }
  }

  /// Overwrites the bytes from `offset` on.
  func write(_ bytes: RawSpan, at offset: Int) throws(ContainerError) {
    try system.writeAll(bytes, to: descriptor, at: offset, name: path)
  }

  /// A barrier: what was written is on the disk when this returns.
  func synchronize() throws(ContainerError) {
    try system.barrier(descriptor, name: path)
  }
}

extension FileSystem {
  /// Writes all of `bytes`, however many calls that takes; errors name the file `name`.
  func writeAll(
    _ bytes: RawSpan, to file: FileDescriptor, at offset: Int, name: String
  ) throws(ContainerError) {
    var written = 0
    while written < bytes.byteCount {
      do throws(Errno) {
        let rest = bytes.extracting(written..<bytes.byteCount)
        let count = try write(rest, to: file, at: offset + written)
        guard count > 0 else { throw Errno.ioError }
        written += count
      } catch {
        throw ContainerError(file: name, .inPlace(.failed(operation: "writing", error)))
      }
    }
  }

  func barrier(_ file: FileDescriptor, name: String) throws(ContainerError) {
    do throws(Errno) {
      try synchronize(file)
    } catch {
      throw ContainerError(file: name, .inPlace(.failed(operation: "synchronizing", error)))
    }
  }

  /// Brings the names in a folder to the disk.
  func synchronizeFolder(_ path: FilePath, name: String) throws(ContainerError) {
    do throws(Errno) {
      let folder = try openFolder(path.isEmpty ? "." : path)
      defer { close(folder) }
      try synchronize(folder)
    } catch {
      throw ContainerError(file: name, .inPlace(.failed(operation: "synchronizing", error)))
    }
  }
}
