import SystemPackage

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Looks into folders.
package enum Folder {
  /// Whether there is a folder at `path`, links followed.
  package static func exists(_ path: String) -> Bool {
    let status = try? SystemFileSystem.shared.status(of: FilePath(path), followingLinks: true)
    return status?.kind == .folder
  }

  /// Whether there is anything at `path`, a link that leads nowhere too.
  package static func holdsAnything(at path: String) -> Bool {
    (try? SystemFileSystem.shared.status(of: FilePath(path), followingLinks: false)) != nil
  }

  /// The names in a folder, in ascending order of their bytes.
  package static func names(in path: String) throws(ContainerError) -> [String] {
    do throws(Errno) {
      return try SystemFileSystem.shared.names(inFolder: FilePath(path))
    } catch {
      throw ContainerError(file: path, .input(InputProblem(error, operation: "listing")))
    }
  }

  /// The folder that a path lies in; `.` for a bare name.
  package static func parent(of path: String) -> String {
    let parent = FilePath(path).removingLastComponent()
    return parent.isEmpty ? "." : parent.string
  }

  /// `path` from the root on; as it is where the working directory's name is not UTF-8.
  package static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let current = unsafe getcwd(nil, 0) else { return path }
    defer { unsafe free(current) }
    guard let current = unsafe String(validatingCString: current) else { return path }
    return FilePath(current).pushing(FilePath(path)).string
  }

  /// The last component of a path.
  package static func name(of path: String) -> String {
    FilePath(path).lastComponent?.string ?? path
  }

  /// `name` inside the folder `path`.
  package static func path(_ path: String, _ name: String) -> String {
    FilePath(path).appending(name).string
  }
}
