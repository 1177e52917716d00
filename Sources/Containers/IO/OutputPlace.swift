import SystemPackage

/// Looks at where an output is to go, before long work whose result it could not take.
package enum OutputPlace {
  /// Throws what writing a file of this name would throw at once: it exists, is a link, and so on.
  package static func checkFile(_ path: String, options: OutputOptions) throws(ContainerError) {
    _ = try OutputTarget(path, .file, options: options, in: SystemFileSystem())
  }

  /// Throws what writing a folder of this name would throw at once.
  package static func checkFolder(_ path: String, options: OutputOptions) throws(ContainerError) {
    _ = try OutputTarget(path, .folder, options: options, in: SystemFileSystem())
  }

  /// Whether anything bears the name.
  package static func isTaken(_ path: String) -> Bool {
    (try? SystemFileSystem.shared.status(of: FilePath(path), followingLinks: false)) != nil
  }

  /// Gives a finished file its name, in place of what bears it.
  package static func move(_ temporary: String, to path: String) throws(ContainerError) {
    do throws(Errno) {
      try SystemFileSystem.shared.rename(FilePath(temporary), to: FilePath(path))
    } catch {
      throw ContainerError(file: path, .output(.creating(error, "renaming")))
    }
  }
}
