import Kernels
import Tensors

/// Brings an interrupted change in place to an end: the old state or the new one.
///
/// See `InPlaceChange` for why one of them is always within reach. A crash in here is like the one
/// before: the next recovery finds the same journal.
package struct Recovery: Sendable {
  /// How a recovery ended, or that it needs help.
  package enum Outcome: Sendable, Equatable {
    /// The files are as they were before the change.
    case undone
    /// The files are as the change was to make them.
    case finished
    /// Only a `ChunkMaker` brings it to an end: so many chunks are old, the others new.
    case needsMaker(remaining: Int)
  }

  private let change: InPlaceChange
  private var journal: Journal { change.journal }
  private var files: [LockedFile] { change.files }

  /// A recovery of `files`, which are those of the journal in its order.
  ///
  /// - Throws: `InPlaceProblem.otherFiles` when a file has another size than the journal says.
  package init(
    of files: [LockedFile], by journal: Journal, threads: Int
  ) throws(ContainerError) {
    for (file, entry) in zip(files, journal.contents.files) where file.size != entry.size {
      throw ContainerError(file: file.path, .inPlace(.otherFiles))
    }
    precondition(files.count == journal.contents.files.count, "not the files of the journal")
    change = InPlaceChange(of: files, by: journal, threads: threads)
  }

  /// Repairs what was torn and ends the change, if that needs nothing more.
  ///
  /// - Returns: How it ended.
  /// - Throws: `InPlaceProblem.lostChunk` when bytes are neither old nor new nor in the ring.
  package func settle() throws(ContainerError) -> Outcome {
    let found = try survey()
    // A file whose poison is gone already is complete; it must not be loaded while its header is
    // written again.
    try change.poison()
    try repair(found)
    let isOld = found.map { $0.state != .new }
    if !isOld.contains(true) {
      try change.finish()
      return .finished
    }
    let canUndo = found.allSatisfy { $0.state != .new || $0.isKept }
    if canUndo {
      try undo(found)
      try change.abandon()
      return .undone
    }
    return .needsMaker(remaining: isOld.count { $0 })
  }

  /// Ends the change after `settle` asked for `maker`.
  ///
  /// - Throws: As `InPlaceChange.overwrite`; the journal stays, and recovery can be tried again.
  package func finish(
    by maker: any ChunkMaker, onProgress: (@Sendable (_ bytes: Int) -> Void)? = nil
  ) throws {
    let found = try survey()
    try change.overwrite({ found[$0].state == .old }, by: maker, onProgress: onProgress)
    try change.finish()
  }

  // MARK: What is there

  private struct Found: Sendable {
    enum State: Sendable {
      case old
      case new
      case torn
    }

    var state: State
    /// Whether the ring holds its old bytes.
    var isKept: Bool
  }

  private func survey() throws(ContainerError) -> [Found] {
    var found: [Found] = []
    for place in journal.turns.joined() {
      let chunk = journal.contents.chunks[place.chunk]
      let digest = try bytes(of: chunk).withBytes { Digest(of: $0) }
      let state: Found.State = digest == chunk.old ? .old : digest == chunk.new ? .new : .torn
      // A chunk that is old needs nothing from the ring.
      let isKept = state != .old && journal.kept(at: place) != nil
      guard state != .torn || isKept else {
        throw ContainerError(
          file: files[chunk.file].path, offset: chunk.range.lowerBound, .inPlace(.lostChunk))
      }
      found.append(Found(state: state, isKept: isKept))
    }
    return found
  }

  private func bytes(of chunk: JournalContents.Chunk) throws(ContainerError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: chunk.range.count)
    try bytes.withMutableBytes { (bytes) throws(ContainerError) in
      try files[chunk.file].read(at: chunk.range.lowerBound, into: &bytes)
    }
    return bytes
  }

  // MARK: Repairing

  /// Gives torn chunks their old bytes, and writes the new ones of the last turn once more.
  ///
  /// A synchronization that failed leaves bytes that are read as written and never reach the disk;
  /// writing them again makes the next one mean something.
  private func repair(_ found: [Found]) throws(ContainerError) {
    for place in journal.turns.joined() {
      let chunk = journal.contents.chunks[place.chunk]
      switch found[place.chunk].state {
      case .torn: try restore(place)
      case .new where found[place.chunk].isKept:
        try change.write(
          try bytes(of: chunk), to: files[chunk.file], at: chunk.range.lowerBound)
      case .old, .new: break
      }
    }
    try change.synchronizeFiles()
  }

  private func undo(_ found: [Found]) throws(ContainerError) {
    for place in journal.turns.joined() where found[place.chunk].state == .new {
      try restore(place)
    }
    try change.synchronizeFiles()
  }

  private func restore(_ place: Journal.Place) throws(ContainerError) {
    let chunk = journal.contents.chunks[place.chunk]
    guard let old = journal.kept(at: place) else {
      throw ContainerError(
        file: files[chunk.file].path, offset: chunk.range.lowerBound, .inPlace(.lostChunk))
    }
    try change.write(old, to: files[chunk.file], at: chunk.range.lowerBound)
  }
}
