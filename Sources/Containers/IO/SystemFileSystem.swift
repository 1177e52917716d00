import SystemPackage

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The file system of the machine: the one place with system calls on files.
package struct SystemFileSystem: FileSystem {
  package static let shared = SystemFileSystem()

  package func openToRead(_ path: FilePath) throws(Errno) -> FileDescriptor {
    try open(path, O_RDONLY | O_CLOEXEC)
  }

  package func openToWrite(_ path: FilePath, mode: FilePermissions, exclusive: Bool)
    throws(Errno) -> FileDescriptor
  {
    let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
    return try open(path, exclusive ? flags | O_EXCL : flags, mode)
  }

  package func openToChange(_ path: FilePath) throws(Errno) -> FileDescriptor {
    try open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
  }

  package func openFolder(_ path: FilePath) throws(Errno) -> FileDescriptor {
    try open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
  }

  private func open(_ path: FilePath, _ flags: Int32, _ mode: FilePermissions = [])
    throws(Errno) -> FileDescriptor
  {
    let mode = mode.rawValue
    return FileDescriptor(
      rawValue: try call {
        unsafe path.withPlatformString { unsafe libraryOpen($0, flags, mode) }
      })
  }

  package func close(_ file: FileDescriptor) {
    _ = libraryClose(file.rawValue)
  }

  package func read(_ file: FileDescriptor, into buffer: inout MutableRawSpan, at offset: Int)
    throws(Errno) -> Int
  {
    try unsafe buffer.withUnsafeMutableBytes { (bytes) throws(Errno) in
      try call { unsafe pread(file.rawValue, bytes.baseAddress, bytes.count, off_t(offset)) }
    }
  }

  package func read(_ file: FileDescriptor, into buffer: inout MutableRawSpan) throws(Errno)
    -> Int
  {
    try unsafe buffer.withUnsafeMutableBytes { (bytes) throws(Errno) in
      try call(retrying: false) {
        unsafe libraryRead(file.rawValue, bytes.baseAddress, bytes.count)
      }
    }
  }

  package func write(_ bytes: RawSpan, to file: FileDescriptor, at offset: Int) throws(Errno)
    -> Int
  {
    try unsafe bytes.withUnsafeBytes { (bytes) throws(Errno) in
      try call { unsafe pwrite(file.rawValue, bytes.baseAddress, bytes.count, off_t(offset)) }
    }
  }

  package func write(_ bytes: RawSpan, to file: FileDescriptor) throws(Errno) -> Int {
    try unsafe bytes.withUnsafeBytes { (bytes) throws(Errno) in
      try call(retrying: false) {
        unsafe libraryWrite(file.rawValue, bytes.baseAddress, bytes.count)
      }
    }
  }

  package func allocate(_ file: FileDescriptor, size: Int) throws(Errno) {
    #if canImport(Darwin)
      var request = fstore_t(
        fst_flags: UInt32(F_ALLOCATEALL), fst_posmode: F_PEOFPOSMODE, fst_offset: 0,
        fst_length: off_t(size), fst_bytesalloc: 0)
      _ = try call { unsafe fcntl(file.rawValue, F_PREALLOCATE, &request) }
      try resize(file, to: size)
    #else
      guard size > 0 else { return }
      let error = posix_fallocate(file.rawValue, 0, off_t(size))
      guard error == 0 else { throw Errno(rawValue: error) }
    #endif
  }

  package func resize(_ file: FileDescriptor, to size: Int) throws(Errno) {
    _ = try call { ftruncate(file.rawValue, off_t(size)) }
  }

  package func synchronize(_ file: FileDescriptor) throws(Errno) {
    #if canImport(Darwin)
      _ = try call { fcntl(file.rawValue, F_FULLFSYNC) }
    #else
      // Not retried: after a failure the kernel may call lost pages clean.
      _ = try call(retrying: false) { fsync(file.rawValue) }
    #endif
  }

  package func setPermissions(_ mode: FilePermissions, of file: FileDescriptor) throws(Errno) {
    _ = try call { fchmod(file.rawValue, mode.rawValue) }
  }

  package func lock(_ file: FileDescriptor) throws(Errno) {
    _ = try call { flock(file.rawValue, LOCK_EX | LOCK_NB) }
  }

  package func lease(_ file: FileDescriptor) throws(Errno) {
    #if canImport(Darwin)
      throw .notSupported
    #else
      // The system signals that somebody waits for the file; who waits has to wait.
      _ = signal(SIGIO, SIG_IGN)
      for _ in 0..<leaseAttempts {
        do throws(Errno) {
          return try takeLease(file)
        } catch .wouldBlock {
          usleep(leasePause)
        }
      }
      try takeLease(file)
    #endif
  }

  #if !canImport(Darwin)
    private func takeLease(_ file: FileDescriptor) throws(Errno) {
      _ = try call { fcntl(file.rawValue, setLeaseCommand, F_WRLCK) }
    }
  #endif

  package var user: UInt32 { geteuid() }

  package var creationMask: FilePermissions {
    FilePermissions(rawValue: initialMask)
  }
}

#if !canImport(Darwin)
  // F_SETLEASE: <https://man7.org/linux/man-pages/man2/F_SETLEASE.2const.html>. glibc declares it
  // only to C with extensions.
  private let setLeaseCommand: Int32 = 1024

  /// Half a second for those that open a file, find its lock taken and close it again.
  private let leaseAttempts = 100
  /// Microseconds.
  private let leasePause: UInt32 = 5000
#endif

/// The mask of the process; the system only tells it while changing it, so it is asked once.
private let initialMask: CInterop.Mode = {
  let mask = umask(0o077)
  _ = umask(mask)
  return mask
}()

/// Makes one system call and turns its failure (-1, and `errno` set) into an error.
///
/// With `retrying` it is made again when a signal interrupts it.
func call<Result: FixedWidthInteger & SignedInteger>(
  retrying: Bool = true, _ body: () -> Result
) throws(Errno) -> Result {
  while true {
    let result = body()
    guard result == -1 else { return result }
    let error = Errno(rawValue: errno)
    if retrying && error == .interrupted { continue }
    throw error
  }
}

// The library's names, out of the way of the methods that bear the same.
private let libraryClose = close
private func libraryRead(_ file: Int32, _ start: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  unsafe read(file, start, count)
}
private func libraryWrite(_ file: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
  unsafe write(file, start, count)
}
private func libraryOpen(_ path: UnsafePointer<CChar>, _ flags: Int32, _ mode: CInterop.Mode)
  -> Int32
{
  unsafe open(path, flags, mode)
}
