import SystemPackage
import Tensors

/// A checkpoint to be changed in place: all of its files of weights, open, locked and leased.
///
/// A file has its journal beside it, `.<name>.lora-journal`. A folder has one for all of its
/// weights, named after the file that says where they are: the one file, or the index of the shards.
package final class InPlaceTarget: Sendable {
  /// The weights as they are, or were before a change that was interrupted.
  package let checkpoint: Checkpoint
  /// The journal of an interrupted change, which comes first.
  package let interrupted: Journal?
  /// Where a journal lies, or would lie.
  let journalPath: FilePath
  /// In the order of the checkpoint's shards.
  let files: [LockedFile]
  private let system: any FileSystem

  /// Opens and locks `path`.
  ///
  /// A shard of a folder whose change was interrupted stands for the folder.
  ///
  /// - Parameters:
  ///   - path: A plain file, or a folder of such.
  ///   - force: Also when another process has it open.
  ///   - system: Where it lies.
  /// - Throws: `InPlaceProblem`, what opening a checkpoint throws.
  package init(
    _ path: String, force: Bool = false, in system: any FileSystem = SystemFileSystem.shared
  ) throws(ContainerError) {
    guard path != "-" else { throw ContainerError(file: path, .inPlace(.notAFile)) }
    self.system = system
    let place = try InPlacePlace(path, in: system)
    let opening = InPlaceOpening(place, force: force, in: system)
    checkpoint = try opening.checkpoint()
    files = opening.files
    journalPath = place.journal
    interrupted = opening.isPoisoned ? try opening.journal() : nil
    guard let interrupted else { return }
    let names = files.map { FilePath($0.path).lastComponent?.string }
    guard names == interrupted.contents.files.map(\.name) else {
      throw ContainerError(file: path, .inPlace(.otherFiles))
    }
  }

  /// Whether `path` names one of the files.
  package func contains(_ path: String) -> Bool {
    guard let other = try? system.status(of: FilePath(path), followingLinks: true) else {
      return false
    }
    return files.contains { $0.status.isSameFile(as: other) }
  }

  /// Throws when a folder or file to read is this target or a part of it.
  package func checkIsNot(_ path: String) throws(ContainerError) {
    var paths = [path]
    if Folder.exists(path) { paths += try Folder.names(in: path).map { Folder.path(path, $0) } }
    guard paths.contains(where: contains) else { return }
    throw ContainerError(file: path, .inPlace(.isItsOwnSource))
  }

  // MARK: Recovering

  /// Ends an interrupted change if that needs neither base nor adapters.
  ///
  /// What the checkpoint says is out of date afterwards; open the target again.
  package func settle(threads: Int) throws(ContainerError) -> Recovery.Outcome {
    guard let interrupted else { return .undone }
    return try Recovery(of: files, by: interrupted, threads: threads).settle()
  }

  /// Ends an interrupted change after `settle` asked for `maker`.
  package func finish(
    by maker: any ChunkMaker, threads: Int, onProgress: (@Sendable (_ bytes: Int) -> Void)?
  ) throws {
    guard let interrupted else { return }
    try Recovery(of: files, by: interrupted, threads: threads)
      .finish(by: maker, onProgress: onProgress)
  }

  /// Removes a journal that was left behind before anything was changed, or after all was.
  ///
  /// - Returns: Whether there was one.
  package func removeIdleJournal() throws(ContainerError) -> Bool {
    guard interrupted == nil else { return false }
    let name = checkpoint.path
    if case .nothing = try Journal.find(at: journalPath, name: name, in: system) { return false }
    try Journal.remove(journalPath, name: name, in: system)
    return true
  }

  // MARK: Changing

  /// Changes the files as `contents` says.
  ///
  /// - Parameters:
  ///   - contents: The plan, complete.
  ///   - maker: Gives its chunks their new bytes.
  ///   - threads: How many chunks are worked on at a time.
  ///   - onProgress: Called with the bytes written since the last call, from any thread.
  /// - Throws: What writing throws; the files are as they were then, unless it is
  ///   `InPlaceProblem.midway`.
  package func change(
    _ contents: JournalContents, by maker: any ChunkMaker, threads: Int,
    onProgress: (@Sendable (_ bytes: Int) -> Void)? = nil
  ) throws {
    let journal = try journal(of: contents)
    let change = InPlaceChange(of: files, by: journal, threads: threads)
    do {
      try change.poison()
      try change.overwrite(by: maker, onProgress: onProgress)
      try change.finish()
    } catch {
      try settle(journal, after: error, threads: threads)
    }
  }

  /// Writes the journal, when what it moves later is sure to be there.
  private func journal(of contents: JournalContents) throws(ContainerError) -> Journal {
    let folder = journalPath.removingLastComponent()
    let sources = contents.moves.map { folder.pushing(FilePath($0.source)) }
    do throws(ContainerError) {
      for place in Set(sources.map { $0.removingLastComponent() }) where place != folder {
        try system.synchronizeFolder(place, name: checkpoint.path)
      }
      return try Journal.create(contents, at: journalPath, for: files[0])
    } catch {
      for source in sources { try? system.removeFile(source) }
      throw error
    }
  }

  /// Takes back what failed, if that can be done at once.
  private func settle(_ journal: Journal, after error: any Error, threads: Int) throws {
    let outcome = try? Recovery(of: files, by: journal, threads: threads).settle()
    switch outcome {
    case .finished: return
    case .undone: throw error
    case .needsMaker, nil:
      throw ContainerError(file: checkpoint.path, .inPlace(.midway(cause: Self.cause(error))))
    }
  }

  private static func cause(_ error: any Error) -> String {
    switch error {
    case let error as ContainerError:
      if case .inPlace(.failed(let operation, let errno)) = error.problem {
        "\(operation) failed: \(errno)"
      } else {
        error.description
      }
    case let error as any ReportableError: error.description
    default: "\(error)"
    }
  }
}
