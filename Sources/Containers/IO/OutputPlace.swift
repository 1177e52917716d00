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
}
