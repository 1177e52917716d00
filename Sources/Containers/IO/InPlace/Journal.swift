import Kernels
import SystemPackage
import Tensors

/// The open journal of a change in place: its contents on the disk, and the ring behind them.
///
/// The ring holds the old bytes of the chunks that are being overwritten, one turn at a time. Which
/// chunks make a turn, and where in the ring each has its place, follows from the order and the
/// lengths of the chunks alone; whether a place holds a chunk's old bytes is told by their digest.
package final class Journal: Sendable {
  /// A chunk's place in the ring.
  package struct Place: Sendable {
    /// A position in the contents' `chunks`.
    package let chunk: Int
    /// Its first byte, counted from the start of the ring.
    package let offset: Int
  }

  package let contents: JournalContents
  /// The chunks by turns; those of one turn have room in the ring together.
  package let turns: [[Place]]

  private let path: FilePath
  private let system: any FileSystem
  private let descriptor: FileDescriptor
  private let ringStart: Int

  private init(
    _ contents: JournalContents, at path: FilePath, _ descriptor: FileDescriptor, length: Int,
    in system: any FileSystem
  ) {
    self.contents = contents
    self.path = path
    self.descriptor = descriptor
    self.system = system
    ringStart = Self.ringStart(length)
    turns = Self.turns(of: contents)
  }

  deinit {
    system.close(descriptor)
  }

  private static func ringStart(_ length: Int) -> Int { (length + 4095) / 4096 * 4096 }

  private static func turns(of contents: JournalContents) -> [[Place]] {
    var turns: [[Place]] = []
    var end = contents.ringSize
    for (index, chunk) in contents.chunks.enumerated() {
      if end + chunk.range.count > contents.ringSize || turns.isEmpty {
        turns.append([])
        end = 0
      }
      turns[turns.count - 1].append(Place(chunk: index, offset: end))
      end += chunk.range.count
    }
    return turns
  }

  // MARK: Names

  /// `.<name>.lora-journal`.
  package static func name(for name: String) -> String { ".\(name).lora-journal" }

  // MARK: Opening

  /// Writes a journal, reserves its ring and brings both to the disk.
  ///
  /// - Parameters:
  ///   - contents: What it says.
  ///   - path: Where it lies; a journal that is there is an old one, and is overwritten.
  ///   - target: A file that is changed, whose mode the journal takes.
  /// - Returns: The journal, open.
  /// - Throws: `InPlaceProblem`; nothing but perhaps an unfinished journal is there then.
  package static func create(
    _ contents: JournalContents, at path: FilePath, for target: LockedFile
  ) throws(ContainerError) -> Journal {
    let system = target.system
    let descriptor: FileDescriptor
    do throws(Errno) {
      descriptor = try system.openToWrite(
        path, mode: target.status.permissions.union(.ownerReadWrite), exclusive: false)
    } catch .tooManySymbolicLinkLevels, .isDirectory {
      let name = path.lastComponent?.string ?? ""
      throw ContainerError(file: target.path, .inPlace(.foreignJournal(name)))
    } catch {
      throw ContainerError(
        file: target.path, .inPlace(.failed(operation: "creating the journal", error)))
    }
    let bytes = contents.bytes
    let journal = Journal(contents, at: path, descriptor, length: bytes.count, in: system)
    do throws(ContainerError) {
      try journal.fill(bytes, name: target.path)
      try journal.synchronize()
      try system.synchronizeFolder(path.removingLastComponent(), name: target.path)
    } catch {
      try? system.removeFile(path)
      throw error
    }
    return journal
  }

  private func fill(_ bytes: [UInt8], name: String) throws(ContainerError) {
    do throws(Errno) {
      try system.resize(descriptor, to: 0)
      do throws(Errno) {
        try system.allocate(descriptor, size: ringStart + contents.ringSize)
      } catch .notSupported, .noFunction, .invalidArgument {
        try system.resize(descriptor, to: ringStart + contents.ringSize)
      }
    } catch {
      throw ContainerError(
        file: name, .inPlace(.failed(operation: "reserving the journal", error)))
    }
    try bytes.withBytes { (bytes) throws(ContainerError) in
      try system.writeAll(bytes, to: descriptor, at: 0, name: name)
    }
  }

  /// What was found where a journal may be.
  package enum Found: Sendable {
    case nothing
    /// Not whole, or something else.
    case damaged
    case journal(Journal)
  }

  /// Opens the journal at `path`.
  ///
  /// - Throws: `ContainerError` for `name` when it is there and cannot be read.
  package static func find(
    at path: FilePath, name: String, in system: any FileSystem = SystemFileSystem.shared
  ) throws(ContainerError) -> Found {
    do throws(Errno) {
      let descriptor = try system.openToChange(path)
      do throws(Errno) {
        guard let bytes = try read(descriptor, in: system), let contents = JournalContents(bytes)
        else {
          system.close(descriptor)
          return .damaged
        }
        return .journal(
          Journal(contents, at: path, descriptor, length: bytes.count, in: system))
      } catch {
        system.close(descriptor)
        throw error
      }
    } catch .noSuchFileOrDirectory {
      return .nothing
    } catch .tooManySymbolicLinkLevels, .isDirectory {
      return .damaged
    } catch {
      throw ContainerError(
        file: name, .inPlace(.failed(operation: "reading the journal", error)))
    }
  }

  /// The bytes before the ring, as many as they say they are; nil when there are not so many.
  private static func read(
    _ descriptor: FileDescriptor, in system: any FileSystem
  ) throws(Errno) -> [UInt8]? {
    let size = try system.status(of: descriptor).size
    let prefix = try read(descriptor, JournalContents.prefixLength, in: system)
    guard let prefix, prefix.starts(with: JournalContents.magic) else { return nil }
    let length = Int(clamping: integer(prefix[16..<24], as: UInt64.self))
    guard length <= size else { return nil }
    return try read(descriptor, length, in: system)
  }

  private static func read(
    _ descriptor: FileDescriptor, _ count: Int, in system: any FileSystem
  ) throws(Errno) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let step = try bytes.withMutableBytes(in: done..<count) { (bytes) throws(Errno) in
        try system.read(descriptor, into: &bytes, at: done)
      }
      guard step > 0 else { return nil }
      done += step
    }
    return bytes
  }

  // MARK: The ring

  /// Puts the old bytes of a chunk into its place.
  func keep(_ bytes: RawSpan, at place: Place, name: String) throws(ContainerError) {
    try system.writeAll(bytes, to: descriptor, at: ringStart + place.offset, name: name)
  }

  /// The old bytes of the chunk at `place`; nil when the place does not hold them any more, or yet.
  func kept(at place: Place) -> [UInt8]? {
    let chunk = contents.chunks[place.chunk]
    var bytes = [UInt8](repeating: 0, count: chunk.range.count)
    var done = 0
    while done < bytes.count {
      let step = try? bytes.withMutableBytes(in: done..<bytes.count) { (bytes) throws(Errno) in
        try system.read(descriptor, into: &bytes, at: ringStart + place.offset + done)
      }
      guard let step, step > 0 else { return nil }
      done += step
    }
    return bytes.withBytes { Digest(of: $0) } == chunk.old ? bytes : nil
  }

  /// A barrier: what was written to the journal is on the disk when this returns.
  func synchronize() throws(ContainerError) {
    try system.barrier(descriptor, name: path.string)
  }

  /// Removes the journal for good.
  func remove(name: String) throws(ContainerError) {
    try Self.remove(path, name: name, in: system)
  }

  /// Removes a journal, also a damaged one, for good.
  package static func remove(
    _ path: FilePath, name: String, in system: any FileSystem
  ) throws(ContainerError) {
    do throws(Errno) {
      try system.removeFile(path)
    } catch .noSuchFileOrDirectory {
    } catch {
      throw ContainerError(
        file: name, .inPlace(.failed(operation: "removing the journal", error)))
    }
    try system.synchronizeFolder(path.removingLastComponent(), name: name)
  }

  /// The folder that the journal, and every file it speaks of, lies in.
  var folder: FilePath { path.removingLastComponent() }
}
