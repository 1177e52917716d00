import SystemPackage

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension SystemFileSystem {
  package func status(of path: FilePath, followingLinks: Bool) throws(Errno) -> FileStatus {
    FileStatus(try Stat(path, followTargetSymlink: followingLinks))
  }

  package func status(of file: FileDescriptor) throws(Errno) -> FileStatus {
    FileStatus(try Stat(file))
  }

  package func target(ofLink path: FilePath) throws(Errno) -> FilePath {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    _ = try call {
      unsafe path.withPlatformString { unsafe readlink($0, &buffer, buffer.count - 1) }
    }
    return FilePath(platformString: buffer)
  }

  package func names(inFolder path: FilePath) throws(Errno) -> [String] {
    guard let folder = unsafe path.withPlatformString({ unsafe opendir($0) }) else {
      throw Errno(rawValue: errno)
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(folder) else { break }
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      // A name that is no text could only be given back as another one.
      guard let name else { throw .illegalByteSequence }
      if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw Errno(rawValue: errno) }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  package func createFolder(_ path: FilePath, mode: FilePermissions) throws(Errno) {
    _ = try call { unsafe path.withPlatformString { unsafe mkdir($0, mode.rawValue) } }
  }

  package func removeFolder(_ path: FilePath) throws(Errno) {
    _ = try call { unsafe path.withPlatformString { unsafe rmdir($0) } }
  }

  package func removeFile(_ path: FilePath) throws(Errno) {
    _ = try call { unsafe path.withPlatformString { unsafe unlink($0) } }
  }

  package func rename(_ old: FilePath, to new: FilePath) throws(Errno) {
    _ = try call {
      unsafe old.withPlatformString { old in
        unsafe new.withPlatformString { unsafe libraryRename(old, $0) }
      }
    }
  }

  package func renameWithoutReplacing(_ old: FilePath, to new: FilePath) throws(Errno) {
    try rename(old, to: new, flags: noReplaceFlag)
  }

  package func exchange(_ first: FilePath, with second: FilePath) throws(Errno) {
    try rename(first, to: second, flags: exchangeFlag)
  }

  private func rename(_ old: FilePath, to new: FilePath, flags: UInt32) throws(Errno) {
    _ = try call {
      unsafe old.withPlatformString { old in
        unsafe new.withPlatformString { new in
          #if canImport(Darwin)
            unsafe renamex_np(old, new, flags)
          #else
            guard let renameAt2 = unsafe renameAt2 else {
              errno = ENOSYS
              return Int32(-1)
            }
            return unsafe renameAt2(AT_FDCWD, old, AT_FDCWD, new, flags)
          #endif
        }
      }
    }
  }
}

#if canImport(Darwin)
  private let noReplaceFlag = UInt32(RENAME_EXCL)
  private let exchangeFlag = UInt32(RENAME_SWAP)
#else
  // RENAME_NOREPLACE and RENAME_EXCHANGE: <https://man7.org/linux/man-pages/man2/rename.2.html>
  private let noReplaceFlag: UInt32 = 1
  private let exchangeFlag: UInt32 = 2

  private typealias RenameAt2 =
    @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32

  /// glibc declares this function only to C with extensions, so it is asked for by name.
  private let renameAt2 = unsafe dlsym(nil, "renameat2").map {
    unsafe unsafeBitCast($0, to: RenameAt2.self)
  }
#endif

private func libraryRename(_ old: UnsafePointer<CChar>, _ new: UnsafePointer<CChar>) -> Int32 {
  unsafe rename(old, new)
}

extension FileStatus {
  fileprivate init(_ stat: Stat) {
    let kind: Kind =
      switch stat.type {
      case .regular: .file
      case .directory: .folder
      case .symbolicLink: .link
      case .fifo: .pipe
      default: .other
      }
    self.init(
      kind: kind, size: Int(stat.size), permissions: stat.permissions,
      identity: (UInt64(truncatingIfNeeded: stat.deviceID.rawValue), UInt64(stat.inode.rawValue)),
      linkCount: stat.linkCount,
      modified: Int64(stat.st_mtim.tv_sec) * 1_000_000_000 + Int64(stat.st_mtim.tv_nsec),
      owner: stat.userID.rawValue)
  }
}
