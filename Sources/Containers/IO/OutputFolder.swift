import Synchronization
import SystemPackage

/// A folder of files that appears under its name complete, or not at all.
///
/// Its files are written into `.<name>.lora-tmp` beside it. `publish` renames that folder; one that
/// is replaced (`--force`) trades places with it in one step and is removed after. Only a folder
/// that holds nothing but what model folders hold is replaced (`ModelFolderNames`).
package final class OutputFolder: Sendable {
  /// The path as the user gave it, which errors show.
  package let path: String

  private let target: OutputTarget
  private let options: OutputOptions
  private let system: any FileSystem
  /// Open and locked for as long as the folder is being written.
  private let descriptor: FileDescriptor
  private let state = Mutex(State())

  private struct State {
    var isOpen = true
    var files: [OutputFile] = []
    var names: [String] = []
    /// What the replaced folder holds, all of it known to be ours to remove.
    var replacedNames: [String] = []
  }

  /// Prepares to write the folder `path`.
  ///
  /// - Throws: `OutputProblem`, before anything but an empty temporary folder exists.
  package init(
    path: String, options: OutputOptions = OutputOptions(),
    in system: any FileSystem = SystemFileSystem.shared
  ) throws(ContainerError) {
    self.path = path
    self.options = options
    self.system = system
    target = try OutputTarget(path, .folder, options: options, in: system)
    if target.replaced != nil { try ModelFolderNames.check(target, at: target.path) }
    descriptor = try TemporaryFolder.open(for: target)
  }

  deinit {
    discard()
  }

  /// A file of this folder, under a bare name of its own; it is published with the folder.
  package func makeFile(
    named name: String, expectedSize: Int = 0
  ) throws(ContainerError) -> OutputFile {
    try makeFile(named: name, expectedSize: expectedSize, like: options.sourcePermissions)
  }

  /// As above; others may do no more with it than with a source of these permissions.
  private func makeFile(
    named name: String, expectedSize: Int, like source: FilePermissions?
  ) throws(ContainerError) -> OutputFile {
    let shown = FilePath(path).appending(name).string
    guard let component = FilePath.Component(name), component.kind == .regular else {
      throw ContainerError(file: shown, .output(.notAName))
    }
    let place = target.temporary.appending(component)
    let descriptor: FileDescriptor
    do throws(Errno) {
      let mode: FilePermissions = [.ownerReadWrite, .groupReadWrite, .otherReadWrite]
      descriptor = try system.openToWrite(
        place, mode: options.limited(mode, to: source), exclusive: true)
    } catch {
      throw ContainerError(file: shown, .output(.creating(error, "opening")))
    }
    let file = try OutputFile(
      path: shown, options: options, at: place, target: nil, descriptor: descriptor,
      expectedSize: expectedSize, in: system)
    state.withLock { state in
      state.files.append(file)
      state.names.append(name)
    }
    return file
  }

  /// Writes a small file whole.
  package func write(_ text: String, named name: String) throws(ContainerError) {
    let file = try makeFile(named: name, expectedSize: text.utf8.count)
    try text.withBytes { (bytes) throws(ContainerError) in try file.write(bytes, at: 0) }
    try file.publish()
  }

  /// Copies the file at `source` into this folder, where others may do no more with it.
  ///
  /// - Throws: `InputProblem.linkLeaves` for a link out of its own folder.
  package func copy(sideFile source: String, named name: String) throws(ContainerError) {
    try SideFile.check(source, in: system)
    let input = try InputFile(source, in: system)
    let stream = FileStream(input)
    let file = try makeFile(
      named: name, expectedSize: input.size ?? 0, like: input.permissions)
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var offset = 0
    while true {
      try Interruption.check()
      let count = try buffer.withMutableBytes { (bytes) throws(ContainerError) in
        try stream.read(into: &bytes)
      }
      guard count > 0 else { break }
      try buffer.withBytes { (bytes) throws(ContainerError) in
        try file.write(bytes.extracting(0..<count), at: offset)
      }
      offset += count
    }
    try input.checkUnchanged()
    try file.publish()
  }

  /// Gives the folder its name, when all of its files are published, and then `companions`, which
  /// belong to it, theirs: all of them or none.
  ///
  /// - Throws: everything written is removed then, and what bore the name is untouched, unless the
  ///   problem says that the new folder is there.
  package func publish(with companions: [OutputFile] = []) throws(ContainerError) {
    try Publication.publish([self] + companions)
  }

  /// Removes what was written; does nothing after `publish` or a first `discard`.
  package func discard() {
    guard let files = takeOpen() else { return }
    for file in files { file.discard() }
    // Removed while the lock is held, so that no other writer has taken it over.
    try? TemporaryFolder.remove(target.temporary, in: system)
    system.close(descriptor)
  }

  /// The files when the folder is open, which it no longer is.
  private func takeOpen() -> [OutputFile]? {
    state.withLock { state in
      defer { state = State(isOpen: false) }
      return state.isOpen ? state.files : nil
    }
  }

  private func attempt(
    _ operation: String, _ body: () throws(Errno) -> Void
  ) throws(ContainerError) {
    do throws(Errno) {
      try body()
    } catch {
      throw ContainerError(file: path, .output(.failed(operation: operation, error)))
    }
  }
}

extension OutputFolder: NamedOutput {
  func complete() throws(ContainerError) {
    let unfinished = state.withLock { $0.files.first { $0.isOpen } }
    if let unfinished {
      throw ContainerError(file: path, .output(.unfinishedFile(unfinished.path)))
    }
    let names = state.withLock { $0.names }
    if let text = try WrittenFiles.text(for: names, inFolder: target.temporary, system) {
      try write(text, named: WrittenFiles.name)
    }
    guard options.synchronizes else { return }
    do throws(Errno) {
      try system.synchronize(descriptor)
    } catch .invalidArgument, .notSupported {
      // A file system that knows no such thing for folders.
    } catch {
      throw ContainerError(file: path, .output(.failed(operation: "synchronizing", error)))
    }
  }

  /// What was put into the folder since it was looked into is found when nobody reaches it by its
  /// name any more; then it gets its name back.
  func takeName(revocably: Bool) throws(ContainerError) {
    guard target.replaced != nil else { return try target.publish(force: false) }
    try attempt("exchanging") { () throws(Errno) in
      try system.exchange(target.temporary, with: target.path)
    }
    do throws(ContainerError) {
      let names = try ModelFolderNames.check(target, at: target.temporary)
      state.withLock { $0.replacedNames = names }
    } catch {
      guard returnName() else {
        abandon()
        throw ContainerError(
          file: path, .output(.leftover(target.temporaryName, .directoryNotEmpty)))
      }
      throw error
    }
  }

  func returnName() -> Bool {
    do throws(Errno) {
      if target.replaced == nil {
        try system.rename(target.path, to: target.temporary)
      } else {
        try system.exchange(target.path, with: target.temporary)
      }
      return true
    } catch {
      return false
    }
  }

  func settle() throws(ContainerError) {
    let names = state.withLock { $0.replacedNames }
    abandon()
    if options.synchronizes { try target.synchronizeParent() }
    guard target.replaced != nil else { return }
    do throws(Errno) {
      try TemporaryFolder.remove(target.temporary, holding: names, in: system)
    } catch {
      throw ContainerError(file: path, .output(.leftover(target.temporaryName, error)))
    }
  }

  func abandon() {
    if takeOpen() != nil { system.close(descriptor) }
  }
}
