import SystemPackage

/// The place an output will take, checked before anything is written.
///
/// | what bears the name | without `--force` | with `--force` |
/// |---|---|---|
/// | nothing | written | written |
/// | a regular file, one link, writable by its owner | exists (73) | replaced, its mode kept |
/// | a read-only file | exists (73) | read-only (77) |
/// | a file with several hard links | exists (73) | refused (73): the others would stay old |
/// | a symbolic link | refused (73), naming its target, or followed when told to | the same |
/// | a folder, for a file; a file, for a folder | refused (73) | refused (73) |
/// | a pipe, a socket, a device | refused (73) | refused (73) |
///
/// An output that is one of the inputs is an existing file like any other: the input is read
/// while the output grows beside it.
struct OutputTarget {
  /// Where the output goes, links followed.
  let path: FilePath
  /// As the user named it, for errors.
  let name: String
  /// What is replaced; nil when the name is free.
  let replaced: FileStatus?
  private let kind: Kind
  private let options: OutputOptions
  let system: any FileSystem

  enum Kind {
    case file
    case folder
  }

  init(
    _ name: String, _ kind: Kind, options: OutputOptions, in system: any FileSystem
  ) throws(ContainerError) {
    self.name = name
    self.system = system
    (self.kind, self.options) = (kind, options)
    var path = FilePath(name)
    var status: FileStatus?
    for _ in 0..<40 {
      guard let last = path.lastComponent, last.kind == .regular else {
        let isFolder = kind == .file && !path.isEmpty
        throw ContainerError(file: name, .output(isFolder ? .isFolder : .notAName))
      }
      status = try Self.status(of: path, name: name, in: system)
      guard status?.kind == .link else { break }
      let target: FilePath
      do throws(Errno) {
        target = try system.target(ofLink: path)
      } catch {
        throw ContainerError(file: name, .output(.creating(error, "reading the link")))
      }
      guard options.followsLinks else {
        throw ContainerError(file: name, .output(.isLink(to: target.string)))
      }
      path = path.removingLastComponent().pushing(target)
    }
    guard status?.kind != .link else { throw ContainerError(file: name, .output(.linkLoop)) }
    if let status, let problem = Self.problem(with: status, as: kind, force: options.force) {
      throw ContainerError(file: name, .output(problem))
    }
    // A file name that ends in a slash means a folder.
    if kind == .file && name.utf8.last == UInt8(ascii: "/") {
      throw ContainerError(file: name, .output(.isFolder))
    }
    self.path = path
    replaced = status
  }

  private static func status(
    of path: FilePath, name: String, in system: any FileSystem
  ) throws(ContainerError) -> FileStatus? {
    do throws(Errno) {
      return try system.status(of: path, followingLinks: false)
    } catch .noSuchFileOrDirectory {
      return nil
    } catch {
      throw ContainerError(file: name, .output(.creating(error, "looking at it")))
    }
  }

  private static func problem(
    with status: FileStatus, as kind: Kind, force: Bool
  ) -> OutputProblem? {
    switch (status.kind, kind) {
    case (.file, .file):
      if !force { return .exists }
      if status.linkCount > 1 { return .hardLinks(count: status.linkCount) }
      return status.permissions.contains(.ownerWrite) ? nil : .readOnly
    case (.folder, .folder):
      if !force { return .exists }
      return status.permissions.contains(.ownerWrite) ? nil : .readOnly
    case (.folder, .file): return .isFolder
    case (.file, .folder): return .isNotAFolder
    default: return .isSpecial
    }
  }

  /// The folder that holds the output.
  var parent: FilePath {
    let parent = path.removingLastComponent()
    return parent.isEmpty ? "." : parent
  }

  /// `.<name>.lora-tmp` in the same folder: always the same, so that at most one orphan remains.
  var temporary: FilePath {
    let component = FilePath.Component(temporaryName)
    return component.map { parent.appending($0) } ?? parent
  }

  var temporaryName: String { ".\(path.lastComponent?.string ?? "").lora-tmp" }

  /// The permissions of the output: those of what it replaces, else what the process may give, and
  /// for a file no more than what is read has.
  func permissions(_ usual: FilePermissions) -> FilePermissions {
    if let replaced { return replaced.permissions }
    let usual = usual.subtracting(system.creationMask)
    return kind == .folder ? usual : options.limited(usual, to: options.sourcePermissions)
  }

  /// Gives the finished `temporary` the name of the output.
  ///
  /// Without `--force` a name taken meanwhile is refused by the same call that renames; a file
  /// system that cannot do this is looked at just before.
  func publish(force: Bool) throws(ContainerError) {
    do throws(Errno) {
      if force {
        try system.rename(temporary, to: path)
      } else {
        try renameWithoutReplacing()
      }
    } catch {
      let problem: OutputProblem =
        error == .fileExists ? .exists : .failed(operation: "renaming", error)
      throw ContainerError(file: name, .output(problem))
    }
  }

  func renameWithoutReplacing() throws(Errno) {
    do throws(Errno) {
      try system.renameWithoutReplacing(temporary, to: path)
    } catch .invalidArgument, .noFunction, .notSupported {
      do throws(Errno) {
        _ = try system.status(of: path, followingLinks: false)
      } catch .noSuchFileOrDirectory {
        return try system.rename(temporary, to: path)
      }
      throw .fileExists
    }
  }

  /// Gives the finished `temporary` the name of the output, and its own to what is replaced.
  ///
  /// - Returns: false when the file system cannot do that, and what was replaced is gone.
  func exchange() throws(ContainerError) -> Bool {
    do throws(Errno) {
      try system.exchange(temporary, with: path)
      return true
    } catch .invalidArgument, .noFunction, .notSupported {
      try publish(force: true)
      return false
    } catch {
      throw ContainerError(file: name, .output(.failed(operation: "exchanging", error)))
    }
  }

  /// Brings the folder's names to the disk.
  ///
  /// A file system that knows no such thing for folders (`.invalidArgument`) needs none.
  func synchronizeParent() throws(ContainerError) {
    do throws(Errno) {
      let folder = try system.openFolder(parent)
      defer { system.close(folder) }
      try system.synchronize(folder)
    } catch .invalidArgument, .notSupported {
    } catch {
      throw ContainerError(file: name, .output(.unsynchronized(error)))
    }
  }
}
