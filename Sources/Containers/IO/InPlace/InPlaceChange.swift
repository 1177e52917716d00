import Kernels
import SystemPackage
import Tensors

/// Rewrites parts of files in place, so that a crash at any moment leaves the old state or the new
/// one within reach.
///
/// Everything is computed once before, without writing: what is refused is refused then, and the
/// digests of every chunk's old and new bytes are known. Then, each bar a barrier:
///
/// 1. write the journal | synchronize it | synchronize its folder
/// 2. poison: byte 7 of every file's length field becomes 0xFF | synchronize the files
/// 3. for each turn: the old bytes of its chunks to the ring | synchronize the journal | overwrite
///    the chunks | synchronize the files
/// 4. write the new headers, all but the poison | synchronize the files
/// 5. move finished side files to their names, remove those of the old state | synchronize the
///    folders
/// 6. take the poison away | synchronize the files
/// 7. remove the journal | synchronize its folder
///
/// A length field with byte 7 set is more than any reader accepts, so between 2 and 6 no program
/// loads a file that is half one thing and half the other. All files of a sharded checkpoint are
/// poisoned before the first is changed and complete before the first is freed: shards that can be
/// loaded never disagree.
///
/// After a crash (`Recovery`): without poison nothing happened, or all of it did, and the journal is
/// removed. With poison the journal is whole, by 1. Each chunk is then old or new, as its digest
/// tells, or belongs to the one turn whose old bytes the ring holds, by 3. The ring is 64 MiB and
/// the file may be a thousand times as large, so the way back is open only while the ring still has
/// everything that changed, and the way forward always: what is new depends on the old bytes of the
/// same chunk, on the base or the adapters, and on preparations that the journal keeps, and the
/// arithmetic gives the same bits every time. So recovery needs
///
/// | when | it needs | and the file is then |
/// |---|---|---|
/// | nothing was overwritten, or only one ring full, not yet all | nothing | old |
/// | all was overwritten | nothing | new |
/// | else | the base or the adapters, whose paths and digests the journal has | new |
///
/// and where they are missing it changes nothing and says which to name.
struct InPlaceChange: Sendable {
  let files: [LockedFile]
  let journal: Journal
  let threads: Int
  private let buffers: [WorkerBuffers]

  private var contents: JournalContents { journal.contents }

  /// A change of `files`, which are those of the journal in its order.
  init(of files: [LockedFile], by journal: Journal, threads: Int) {
    self.files = files
    self.journal = journal
    self.threads = threads
    buffers = (0..<threads).map { _ in WorkerBuffers() }
  }

  // MARK: 2 and 6

  private static let poisonOffset = 7

  /// Makes every file unreadable for other programs.
  ///
  /// A poison that is there is not written again: the power could fail at that and take it away from
  /// a file that is torn.
  func poison() throws(ContainerError) {
    for file in files where try Self.poison(of: file) != .whole {
      try write([0xFF], to: file, at: Self.poisonOffset)
    }
    try synchronizeFiles()
  }

  /// Makes the files readable again: a header is shorter than 2^56 bytes.
  func removePoison() throws(ContainerError) {
    for file in files { try write([0], to: file, at: Self.poisonOffset) }
    try synchronizeFiles()
  }

  /// What byte 7 of a file says.
  enum Poison: Sendable {
    case none
    /// The file is poisoned.
    case whole
    /// The file is poisoned, and the power failed while that was written; or it is something else.
    case perhaps
  }

  static func poison(of file: LockedFile) throws(ContainerError) -> Poison {
    guard file.size > poisonOffset else { return .none }
    var byte: [UInt8] = [0]
    try byte.withMutableBytes { (bytes) throws(ContainerError) in
      try file.read(at: poisonOffset, into: &bytes)
    }
    return byte[0] == 0 ? .none : byte[0] == 0xFF ? .whole : .perhaps
  }

  // MARK: 3

  /// Overwrites chunks, turn by turn.
  ///
  /// - Parameters:
  ///   - remaining: Which chunks still have their old bytes, by their positions.
  ///   - maker: Gives them their new ones.
  ///   - onProgress: Called with the bytes written since the last call, from any thread.
  /// - Throws: `InPlaceProblem.changedMeanwhile` when old bytes are not those of the journal,
  ///   `.notReproduced` when new ones are not; what `maker` and writing throw.
  func overwrite(
    _ remaining: (Int) -> Bool = { _ in true }, by maker: any ChunkMaker,
    onProgress: (@Sendable (_ bytes: Int) -> Void)? = nil
  ) throws {
    for turn in journal.turns {
      let places = turn.filter { remaining($0.chunk) }
      for place in turn where !remaining(place.chunk) { maker.pass(over: place.chunk) }
      guard !places.isEmpty else { continue }
      try forEach(places) { place, chunk, buffers throws in
        try fill(&buffers, with: chunk)
        try buffers.withSource { old throws in
          try check(old, is: chunk.old, at: chunk, otherwise: .changedMeanwhile)
          try journal.keep(old, at: place, name: files[chunk.file].path)
        }
      }
      try journal.synchronize()
      try forEach(places) { place, chunk, buffers throws in
        try fill(&buffers, with: chunk)
        try buffers.change(to: chunk.range.count) { old, new throws in
          try maker.make(place.chunk, from: old, into: &new)
        }
        try buffers.withResult { new throws in
          try check(new, is: chunk.new, at: chunk, otherwise: .notReproduced)
          try files[chunk.file].write(new, at: chunk.range.lowerBound)
        }
        onProgress?(chunk.range.count)
      }
      try synchronizeFiles(of: places)
    }
  }

  private func forEach(
    _ places: [Journal.Place],
    _ body: @Sendable (Journal.Place, JournalContents.Chunk, inout ChunkBuffers) throws -> Void
  ) throws {
    try Parallel.forEachWorker(count: places.count, threads: threads) { (worker, index) throws in
      let place = places[index]
      try buffers[worker].withBuffers { try body(place, contents.chunks[place.chunk], &$0) }
    }
  }

  private func fill(
    _ buffers: inout ChunkBuffers, with chunk: JournalContents.Chunk
  ) throws {
    try buffers.fill(chunk.range.count) {
      try files[chunk.file].read(at: chunk.range.lowerBound, into: &$0)
    }
  }

  private func check(
    _ bytes: RawSpan, is digest: Digest, at chunk: JournalContents.Chunk,
    otherwise problem: InPlaceProblem
  ) throws(ContainerError) {
    guard Digest(of: bytes) != digest else { return }
    throw ContainerError(
      file: files[chunk.file].path, offset: chunk.range.lowerBound, .inPlace(problem))
  }

  // MARK: 4 to 7

  /// Ends the change with the new state: all chunks have their new bytes.
  func finish() throws(ContainerError) {
    for (file, entry) in zip(files, contents.files) {
      try write(header: entry.newHeader, to: file)
    }
    try synchronizeFiles()
    try moveSideFiles()
    try removePoison()
    removeJournal()
  }

  /// Ends the change with the old state: all chunks have their old bytes.
  func abandon() throws(ContainerError) {
    for (file, entry) in zip(files, contents.files) { try write(header: entry.header, to: file) }
    try synchronizeFiles()
    try removePoison()
    for move in contents.moves { try? files[0].system.removeFile(place(move.source)) }
    removeJournal()
  }

  /// Without poison a journal that cannot be removed is idle; the next change in place removes it.
  private func removeJournal() {
    try? journal.remove(name: files[0].path)
  }

  /// Writes the text of a header; the length field, poisoned or not, stays as it is.
  private func write(header: [UInt8], to file: LockedFile) throws(ContainerError) {
    try write(Array(header[8...]), to: file, at: 8)
  }

  /// Moves what is not moved yet.
  private func moveSideFiles() throws(ContainerError) {
    let system = files[0].system
    var folders: [FilePath] = []
    for move in contents.moves {
      let target = place(move.target)
      do throws(Errno) {
        try system.rename(place(move.source), to: target)
      } catch .noSuchFileOrDirectory {
        // An earlier recovery has moved it.
      } catch {
        throw ContainerError(
          file: target.string, .inPlace(.failed(operation: "moving it into place", error)))
      }
      let folder = target.removingLastComponent()
      if !folders.contains(folder) { folders.append(folder) }
    }
    // What is not removed does no harm.
    for removal in contents.removals { try? system.removeFile(place(removal)) }
    for folder in folders { try system.synchronizeFolder(folder, name: files[0].path) }
  }

  private func place(_ name: String) -> FilePath { journal.folder.pushing(FilePath(name)) }

  // MARK: Writing

  func write(_ bytes: [UInt8], to file: LockedFile, at offset: Int) throws(ContainerError) {
    try bytes.withBytes { (bytes) throws(ContainerError) in try file.write(bytes, at: offset) }
  }

  /// A barrier for all files.
  func synchronizeFiles() throws(ContainerError) {
    for file in files { try file.synchronize() }
  }

  private func synchronizeFiles(of places: [Journal.Place]) throws(ContainerError) {
    let touched = Set(places.map { contents.chunks[$0.chunk].file })
    for file in touched.sorted() { try files[file].synchronize() }
  }
}
