import SystemPackage

/// What a path or descriptor stands for, as far as reading and writing care.
package struct FileStatus: Equatable, Sendable {
  package enum Kind: Sendable {
    case file
    case folder
    case link
    /// A pipe.
    case pipe
    /// A socket or a device.
    case other
  }

  package var kind: Kind
  /// Bytes.
  package var size: Int
  package var permissions: FilePermissions
  package var device: UInt64
  package var inode: UInt64
  package var linkCount: Int
  /// The user it belongs to; nil where that is not known.
  package var owner: UInt32?
  /// Nanoseconds since 1970 of the last change of the content.
  package var modified: Int64

  /// Whether both stand for the same file.
  package func isSameFile(as other: FileStatus) -> Bool {
    device == other.device && inode == other.inode
  }

  package init(
    kind: Kind, size: Int, permissions: FilePermissions, identity: (device: UInt64, inode: UInt64),
    linkCount: Int = 1, modified: Int64 = 0, owner: UInt32? = nil
  ) {
    self.kind = kind
    self.size = size
    self.permissions = permissions
    (device, inode) = identity
    self.linkCount = linkCount
    self.modified = modified
    self.owner = owner
  }
}

/// Every system call that reading and writing make, so that a crashing disk can be simulated.
///
/// Each function is one call, retried when a signal interrupts it unless it says otherwise, and
/// throws what the system answers. Paths that end in a link are not followed unless said so.
package protocol FileSystem: Sendable {
  /// Opens for reading, following links; a pipe without a writer does not block here.
  func openToRead(_ path: FilePath) throws(Errno) -> FileDescriptor
  /// Opens for reading and writing, creating with `mode` when it is missing; never a link.
  func openToWrite(_ path: FilePath, mode: FilePermissions, exclusive: Bool) throws(Errno)
    -> FileDescriptor
  /// Opens a file that is there for reading and writing; never a link.
  ///
  /// `.wouldBlock` at once when another process holds a lease on it.
  func openToChange(_ path: FilePath) throws(Errno) -> FileDescriptor
  /// Opens a folder, to lock or synchronize it; never a link.
  func openFolder(_ path: FilePath) throws(Errno) -> FileDescriptor
  func close(_ file: FileDescriptor)

  /// Reads at most `buffer.byteCount` bytes at `offset`; 0 at the end of the file.
  func read(_ file: FileDescriptor, into buffer: inout MutableRawSpan, at offset: Int)
    throws(Errno) -> Int
  /// Reads the next bytes of a stream; 0 at its end. Throws `.interrupted` after a signal.
  func read(_ file: FileDescriptor, into buffer: inout MutableRawSpan) throws(Errno) -> Int
  /// Writes at most `bytes.byteCount` bytes at `offset` and says how many.
  func write(_ bytes: RawSpan, to file: FileDescriptor, at offset: Int) throws(Errno) -> Int
  /// Writes to a stream. Throws `.interrupted` after a signal.
  func write(_ bytes: RawSpan, to file: FileDescriptor) throws(Errno) -> Int

  func status(of path: FilePath, followingLinks: Bool) throws(Errno) -> FileStatus
  func status(of file: FileDescriptor) throws(Errno) -> FileStatus
  /// The path that a link holds.
  func target(ofLink path: FilePath) throws(Errno) -> FilePath
  /// The names in a folder, without `.` and `..`, in ascending order of their bytes;
  /// `.illegalByteSequence` when one is not UTF-8.
  func names(inFolder path: FilePath) throws(Errno) -> [String]

  /// Reserves room for `size` bytes and makes the file that long.
  func allocate(_ file: FileDescriptor, size: Int) throws(Errno)
  func resize(_ file: FileDescriptor, to size: Int) throws(Errno)
  /// Brings what was written to the disk. A failure is final: the pages may be gone.
  func synchronize(_ file: FileDescriptor) throws(Errno)
  func setPermissions(_ mode: FilePermissions, of file: FileDescriptor) throws(Errno)
  /// Takes an exclusive lock without waiting; `.wouldBlock` when another holds it.
  func lock(_ file: FileDescriptor) throws(Errno)
  /// Takes a write lease on a file: `.wouldBlock` when it is open or mapped a second time, and
  /// stays so for half a second.
  ///
  /// Until the file is closed, whoever opens it waits. Systems without leases throw `.notSupported`.
  func lease(_ file: FileDescriptor) throws(Errno)

  func createFolder(_ path: FilePath, mode: FilePermissions) throws(Errno)
  func removeFolder(_ path: FilePath) throws(Errno)
  func removeFile(_ path: FilePath) throws(Errno)
  /// Renames, replacing what bears the new name.
  func rename(_ old: FilePath, to new: FilePath) throws(Errno)
  /// Renames; `.fileExists` when the new name is taken.
  func renameWithoutReplacing(_ old: FilePath, to new: FilePath) throws(Errno)
  /// Makes two names trade places in one step.
  func exchange(_ first: FilePath, with second: FilePath) throws(Errno)

  /// The user whose files the process creates.
  var user: UInt32 { get }

  /// The permissions that a process may not give to what it creates.
  var creationMask: FilePermissions { get }
}
