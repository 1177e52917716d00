import SystemPackage

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A file that is carried along with a model.
enum SideFile {
  /// Refuses a link that leads out of the folder it lies in: a folder that somebody else made could
  /// have a private file of the user's copied into what is passed on.
  ///
  /// A download cache keeps the files of `models--NAME/snapshots/REVISION/` as links into
  /// `models--NAME/blobs/`; such a link stays in its cache.
  ///
  /// - Throws: `InputProblem.linkLeaves`.
  static func check(
    _ path: String, in system: any FileSystem = SystemFileSystem.shared
  ) throws(ContainerError) {
    let status = try? system.status(of: FilePath(path), followingLinks: false)
    guard status?.kind == .link, let target = resolved(path),
      let folder = resolved(Folder.parent(of: path))
    else { return }
    guard !target.starts(with: folder) else { return }
    if let cache = cache(around: folder), target.starts(with: cache.appending("blobs")) { return }
    throw ContainerError(file: path, .input(.linkLeaves(to: target.string)))
  }

  /// The folder of the cache that a snapshot lies in; nil when it lies in none.
  private static func cache(around folder: FilePath) -> FilePath? {
    var folder = folder
    while let last = folder.lastComponent {
      folder.removeLastComponent()
      if last.string == "snapshots" { return folder }
    }
    return nil
  }

  /// The path with all links followed; nil when it leads nowhere.
  private static func resolved(_ path: String) -> FilePath? {
    guard let path = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(path) }
    return FilePath(unsafe String(cString: path))
  }
}
