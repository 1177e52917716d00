import Containers
import Synchronization
import SystemPackage

/// A file system, by default the real one, but one call goes wrong.
///
/// Calls are counted from 0; the one numbered `faultyCall` throws `fault`, or, when that is nil, is
/// a write that takes one byte only. Everything else happens as it would.
final class FaultyFileSystem: FileSystem {
  private let real: any FileSystem
  private let faultyCall: Int
  private let fault: Errno?
  /// The user that the process is taken for.
  let user: UInt32
  private let calls = Mutex(0)
  /// The name of the call that went wrong.
  private let hit = Mutex<String?>(nil)

  init(
    faultyCall: Int, fault: Errno?, over real: any FileSystem = SystemFileSystem.shared,
    user: UInt32? = nil
  ) {
    self.user = user ?? real.user
    self.real = real
    self.faultyCall = faultyCall
    self.fault = fault
  }

  /// The call that went wrong; nil when there were too few calls.
  var faultyOperation: String? { hit.withLock { $0 } }

  /// Counts a call; true for the faulty one.
  private func isFaulty(_ operation: String) -> Bool {
    let number = calls.withLock { calls in
      defer { calls += 1 }
      return calls
    }
    guard number == faultyCall else { return false }
    hit.withLock { $0 = operation }
    return true
  }

  private func step(_ operation: String) throws(Errno) {
    if isFaulty(operation), let fault { throw fault }
  }

  func openToRead(_ path: FilePath) throws(Errno) -> FileDescriptor {
    try step("openToRead")
    return try real.openToRead(path)
  }

  func openToWrite(_ path: FilePath, mode: FilePermissions, exclusive: Bool) throws(Errno)
    -> FileDescriptor
  {
    try step("openToWrite")
    return try real.openToWrite(path, mode: mode, exclusive: exclusive)
  }

  func openToChange(_ path: FilePath) throws(Errno) -> FileDescriptor {
    try step("openToChange")
    return try real.openToChange(path)
  }

  func openFolder(_ path: FilePath) throws(Errno) -> FileDescriptor {
    try step("openFolder")
    return try real.openFolder(path)
  }

  func close(_ file: FileDescriptor) {
    real.close(file)
  }

  func read(_ file: FileDescriptor, into buffer: inout MutableRawSpan, at offset: Int)
    throws(Errno) -> Int
  {
    try step("pread")
    return try real.read(file, into: &buffer, at: offset)
  }

  func read(_ file: FileDescriptor, into buffer: inout MutableRawSpan) throws(Errno) -> Int {
    try step("read")
    return try real.read(file, into: &buffer)
  }

  func write(_ bytes: RawSpan, to file: FileDescriptor, at offset: Int) throws(Errno) -> Int {
    guard isFaulty("pwrite") else { return try real.write(bytes, to: file, at: offset) }
    if let fault { throw fault }
    return try real.write(bytes.extracting(0..<min(1, bytes.byteCount)), to: file, at: offset)
  }

  func write(_ bytes: RawSpan, to file: FileDescriptor) throws(Errno) -> Int {
    try step("write")
    return try real.write(bytes, to: file)
  }

  func status(of path: FilePath, followingLinks: Bool) throws(Errno) -> FileStatus {
    try step("stat")
    return try real.status(of: path, followingLinks: followingLinks)
  }

  func status(of file: FileDescriptor) throws(Errno) -> FileStatus {
    try step("fstat")
    return try real.status(of: file)
  }

  func target(ofLink path: FilePath) throws(Errno) -> FilePath {
    try step("readlink")
    return try real.target(ofLink: path)
  }

  func names(inFolder path: FilePath) throws(Errno) -> [String] {
    try step("readdir")
    return try real.names(inFolder: path)
  }

  func allocate(_ file: FileDescriptor, size: Int) throws(Errno) {
    try step("fallocate")
    try real.allocate(file, size: size)
  }

  func resize(_ file: FileDescriptor, to size: Int) throws(Errno) {
    try step("ftruncate")
    try real.resize(file, to: size)
  }

  func synchronize(_ file: FileDescriptor) throws(Errno) {
    // Not done for real: thousands of calls would take minutes, and no test cuts the power.
    try step("fsync")
    if !(real is SystemFileSystem) { try real.synchronize(file) }
  }

  func setPermissions(_ mode: FilePermissions, of file: FileDescriptor) throws(Errno) {
    try step("fchmod")
    try real.setPermissions(mode, of: file)
  }

  func lock(_ file: FileDescriptor) throws(Errno) {
    try step("flock")
    try real.lock(file)
  }

  func lease(_ file: FileDescriptor) throws(Errno) {
    try step("lease")
    try real.lease(file)
  }

  func createFolder(_ path: FilePath, mode: FilePermissions) throws(Errno) {
    try step("mkdir")
    try real.createFolder(path, mode: mode)
  }

  func removeFolder(_ path: FilePath) throws(Errno) {
    try step("rmdir")
    try real.removeFolder(path)
  }

  func removeFile(_ path: FilePath) throws(Errno) {
    try step("unlink")
    try real.removeFile(path)
  }

  func rename(_ old: FilePath, to new: FilePath) throws(Errno) {
    try step("rename")
    try real.rename(old, to: new)
  }

  func renameWithoutReplacing(_ old: FilePath, to new: FilePath) throws(Errno) {
    try step("renameat2")
    try real.renameWithoutReplacing(old, to: new)
  }

  func exchange(_ first: FilePath, with second: FilePath) throws(Errno) {
    try step("exchange")
    try real.exchange(first, with: second)
  }

  var creationMask: FilePermissions { real.creationMask }
}
