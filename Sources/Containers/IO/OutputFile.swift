import Synchronization
import SystemPackage

/// A file that appears under its name complete, or not at all.
///
/// 1. The target is checked (`OutputTarget`). 2. A temporary file in the same folder is locked and
/// takes over the mode of what it replaces. 3. Its expected size is reserved, so that a full disk is
/// noticed before anything is computed. 4. `write` fills it. 5. `publish` synchronizes it, renames
/// it and synchronizes the folder; a failed synchronization is final. Whatever fails, and when the
/// object goes away unpublished, the temporary is removed.
package final class OutputFile: Sendable {
  /// The path as the user gave it, which errors show.
  package let path: String

  private let system: any FileSystem
  private let options: OutputOptions
  private let descriptor: FileDescriptor
  /// Where the file lies until it is published.
  private let temporary: FilePath
  /// nil when the file is published with its folder.
  private let target: OutputTarget?
  private let progress: Mutex<Progress>

  private struct Progress {
    var isOpen = true
    /// One past the last byte written.
    var end = 0
    /// As long as the file is already.
    var size = 0
    /// What bore the name, when the file has it.
    var replaced: Replaced?
  }

  private enum Replaced {
    case nothing
    /// It bears the temporary's name now.
    case kept
    case gone
  }

  /// Prepares to write `path`, reserving `expectedSize` bytes (0: the size is not known).
  ///
  /// - Throws: `OutputProblem`, before anything but an empty temporary exists.
  package convenience init(
    path: String, options: OutputOptions = OutputOptions(), expectedSize: Int = 0,
    in system: any FileSystem = SystemFileSystem.shared
  ) throws(ContainerError) {
    let target = try OutputTarget(path, .file, options: options, in: system)
    let descriptor = try TemporaryFile.open(for: target)
    try self.init(
      path: path, options: options, at: target.temporary, target: target, descriptor: descriptor,
      expectedSize: expectedSize, in: system)
  }

  /// Takes over an open file that lies at `temporary`.
  init(
    path: String, options: OutputOptions, at temporary: FilePath, target: OutputTarget?,
    descriptor: FileDescriptor, expectedSize: Int, in system: any FileSystem
  ) throws(ContainerError) {
    self.path = path
    self.system = system
    self.options = options
    self.target = target
    self.descriptor = descriptor
    self.temporary = temporary
    progress = Mutex(Progress())
    try reserve(expectedSize)
  }

  /// Reserves room for `size` bytes, before anything is written; 0 reserves nothing.
  ///
  /// - Throws: `OutputProblem.noSpace`; the file is discarded then.
  package func reserve(_ size: Int) throws(ContainerError) {
    guard size > 0 else { return }
    do throws(Errno) {
      try system.allocate(descriptor, size: size)
      progress.withLock { $0.size = size }
    } catch .notSupported, .noFunction, .invalidArgument {
      // A file system that cannot reserve is told apart by nothing else; writing will tell.
    } catch {
      discard()
      throw ContainerError(file: path, .output(.creating(error, "reserving space", needed: size)))
    }
  }

  deinit {
    discard()
  }

  /// Writes all of `bytes` at `offset`; any thread, any order, each byte at least once.
  package func write(_ bytes: RawSpan, at offset: Int) throws(ContainerError) {
    var written = 0
    while written < bytes.byteCount {
      do throws(Errno) {
        let rest = bytes.extracting(written..<bytes.byteCount)
        let count = try system.write(rest, to: descriptor, at: offset + written)
        guard count > 0 else { throw Errno.ioError }
        written += count
      } catch {
        throw failure("writing", error)
      }
    }
    progress.withLock { $0.end = max($0.end, offset + bytes.byteCount) }
  }

  /// Gives the file its name, when everything was written.
  ///
  /// - Throws: the temporary is removed then, and what bore the name is untouched, unless the
  ///   problem says that the new file is there.
  package func publish() throws(ContainerError) {
    try publish(with: [])
  }

  /// Gives this file its name and then `companions`, which belong to it, theirs: all of them or none.
  ///
  /// - Throws: as `publish`.
  package func publish(with companions: [OutputFile]) throws(ContainerError) {
    try Publication.publish([self] + companions)
  }

  /// Cuts the file to what was written and brings it to the disk, where it keeps its temporary name.
  ///
  /// - Throws: the temporary is removed then.
  package func synchronize() throws(ContainerError) {
    do throws(ContainerError) {
      try finishContent()
    } catch {
      discard()
      throw error
    }
  }

  private func finishContent() throws(ContainerError) {
    let (end, size) = progress.withLock { ($0.end, $0.size) }
    do throws(Errno) {
      if end != size { try system.resize(descriptor, to: end) }
      progress.withLock { $0.size = end }
    } catch {
      throw failure("cutting to size", error)
    }
    guard options.synchronizes else { return }
    do throws(Errno) {
      try system.synchronize(descriptor)
    } catch {
      throw failure("synchronizing", error)
    }
  }

  /// Gives the file up to whoever moves it to its name; it is synchronized.
  ///
  /// - Returns: Where it lies, and where it belongs.
  package func handOver() -> (temporary: String, path: String) {
    if takeOpen() { system.close(descriptor) }
    return (temporary.string, target?.path.string ?? path)
  }

  /// Removes what was written; does nothing after `publish` or a first `discard`.
  package func discard() {
    guard takeOpen() else { return }
    // Removed while the lock is held, so that no other writer has taken it over.
    try? system.removeFile(temporary)
    system.close(descriptor)
  }

  /// Bytes up to the last one written.
  package var size: Int { progress.withLock { $0.end } }

  /// Whether it is neither published nor discarded.
  var isOpen: Bool { progress.withLock { $0.isOpen } }

  /// Says whether the file is open, and that it no longer is.
  private func takeOpen() -> Bool {
    progress.withLock { progress in
      defer { progress.isOpen = false }
      return progress.isOpen
    }
  }

  private func failure(_ operation: String, _ error: Errno) -> ContainerError {
    ContainerError(file: path, .output(.failed(operation: operation, error)))
  }
}

extension OutputFile: NamedOutput {
  func complete() throws(ContainerError) { try finishContent() }

  func takeName(revocably: Bool) throws(ContainerError) {
    guard let target else { return progress.withLock { $0.replaced = .nothing } }
    guard target.replaced != nil, options.force, revocably else {
      try target.publish(force: options.force)
      progress.withLock { $0.replaced = target.replaced == nil ? .nothing : .gone }
      return
    }
    let isKept = try target.exchange()
    progress.withLock { $0.replaced = isKept ? .kept : .gone }
  }

  func returnName() -> Bool {
    guard let target else { return true }
    do throws(Errno) {
      switch progress.withLock({ $0.replaced }) {
      case .gone: return false
      case .kept: try system.exchange(target.path, with: temporary)
      case .nothing: try system.rename(target.path, to: temporary)
      case nil: break
      }
      progress.withLock { $0.replaced = nil }
      return true
    } catch {
      return false
    }
  }

  func settle() throws(ContainerError) {
    var failure: ContainerError?
    if progress.withLock({ $0.replaced }) == .kept {
      do throws(Errno) {
        try system.removeFile(temporary)
      } catch {
        let name = temporary.lastComponent?.string ?? ""
        failure = ContainerError(file: path, .output(.leftover(name, error)))
      }
    }
    abandon()
    if options.synchronizes { try target?.synchronizeParent() }
    if let failure { throw failure }
  }

  func abandon() {
    if takeOpen() { system.close(descriptor) }
  }
}
