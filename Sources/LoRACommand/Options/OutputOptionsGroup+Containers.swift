import Containers

extension OutputOptionsGroup {
  /// How files are written.
  var containerOptions: OutputOptions {
    OutputOptions(force: force, synchronizes: !noSync)
  }
}
