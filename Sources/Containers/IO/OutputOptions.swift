import SystemPackage

/// How an output treats what is there already, and whether it survives a power cut.
package struct OutputOptions: Sendable {
  /// Replaces an existing output.
  package var force = false
  /// Writes where a symbolic link points instead of refusing it.
  package var followsLinks = false
  /// Brings data to the disk before publishing it; false for scratch output (`--no-sync`).
  package var synchronizes = true

  /// The permissions of what is read; a new output gives others no more.
  package var sourcePermissions: FilePermissions?

  package init(force: Bool = false, followsLinks: Bool = false, synchronizes: Bool = true) {
    self.force = force
    self.followsLinks = followsLinks
    self.synchronizes = synchronizes
  }

  /// `usual` without what others may not do with what is read.
  func limited(
    _ usual: FilePermissions, to source: FilePermissions?
  ) -> FilePermissions {
    guard let source else { return usual }
    let others: FilePermissions = [.groupReadWriteExecute, .otherReadWriteExecute]
    return usual.subtracting(others.subtracting(source))
  }
}
