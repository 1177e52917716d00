import Containers
import Kernels
import SystemPackage
import TestSupport

/// A small checkpoint, a change of it in place, and what to expect of it after a crash.
struct InPlaceExperiment: Sendable {
  /// The barriers of the protocol, by what they bring to the disk.
  enum Barrier: String, CaseIterable, Sendable {
    case journal
    case journalName
    case poison
    case ring
    case chunks
    case header
    case sideFile
    case release
    case removal
  }

  /// Overwrites every byte by one more.
  struct Maker: ChunkMaker {
    func make(_ chunk: Int, from old: RawSpan, into new: inout MutableRawSpan) throws {
      let bytes = [UInt8](copying: old).map { $0 &+ 1 }
      bytes.withBytes { new.copy($0) }
    }
  }

  let path: String
  private let files: [String]
  private let before: [[UInt8]]
  private let after: [[UInt8]]
  private let contents: JournalContents
  private let start: [Int: SimulatedNode]
  /// Calls of a change that nothing disturbs.
  let callCount: Int

  private static let chunkSize = 40
  private static let side = "side.safetensors"
  private static let journalSuffix = ".lora-journal"

  /// A file, or a folder of `shards` files with their index; two chunks change of every three.
  init(shards: Int) throws {
    let disk = SimulatedDisk()
    if shards > 1 { try disk.createFolder("/model", mode: [.ownerReadWriteExecute]) }
    let isFolder = shards > 1
    let root = isFolder ? "/model/" : "/"
    path = isFolder ? "/model" : "/model.safetensors"
    let names =
      isFolder ? (1...shards).map { "part-\($0).safetensors" } : ["model.safetensors"]
    files = names.map { root + $0 }
    for (number, file) in files.enumerated() {
      disk.put(Self.content(number: number), at: file)
    }
    if isFolder { disk.put(Self.index(of: names), at: root + "model.safetensors.index.json") }
    disk.put(Array("old".utf8), at: root + Self.side)
    disk.put(Array("new".utf8), at: root + "." + Self.side + ".lora-tmp")
    start = disk.afterKill()
    before = files.map { disk.contents($0) ?? [] }
    let target = try InPlaceTarget(path, in: disk)
    contents = try Self.contents(of: target, before, isFolder ? names : names)
    after = zip(before.indices, before).map { [contents] in
      Self.result($1, ofFile: $0, by: contents)
    }
    let run = SimulatedDisk(start)
    try Self.change(path, contents, on: run)
    callCount = run.calls
  }

  private static func content(number: Int) -> [UInt8] {
    let size = 330 + 50 * number
    let text =
      "{\"__metadata__\":{\"format\":\"pt\"},\"w\(number)\":{\"dtype\":\"U8\",\"shape\":[\(size)],"
      + "\"data_offsets\":[0,\(size)]}}"
    let padded = text + String(repeating: " ", count: 160 - text.utf8.count)
    return RawSafetensors.bytes(
      header: padded, data: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) })
  }

  private static func index(of names: [String]) -> [UInt8] {
    let map = names.enumerated().map { "\"w\($0)\":\"\($1)\"" }.joined(separator: ",")
    return Array("{\"weight_map\":{\(map)}}".utf8)
  }

  private static func contents(
    of target: InPlaceTarget, _ before: [[UInt8]], _ names: [String]
  ) throws -> JournalContents {
    let files = try target.files(setting: ["lora.state": "changed"])
    var chunks: [JournalContents.Chunk] = []
    for (file, bytes) in before.enumerated() {
      for (number, start) in stride(from: 168, to: bytes.count, by: chunkSize).enumerated()
      where number % 3 != 1 {
        let old = Array(bytes[start..<min(start + chunkSize, bytes.count)])
        let new = old.map { $0 &+ 1 }
        chunks.append(
          JournalContents.Chunk(
            file: file, range: start..<(start + old.count),
            old: old.withBytes { Digest(of: $0) }, new: new.withBytes { Digest(of: $0) }))
      }
    }
    var contents = JournalContents(files: files, chunks: chunks, ringSize: chunkSize * 2)
    contents.moves = [JournalContents.Move("." + side + ".lora-tmp", to: side)]
    return contents
  }

  private static func result(
    _ before: [UInt8], ofFile file: Int, by contents: JournalContents
  ) -> [UInt8] {
    var bytes = contents.files[file].newHeader + before[contents.files[file].header.count...]
    for chunk in contents.chunks where chunk.file == file {
      for index in chunk.range { bytes[index] &+= 1 }
    }
    return bytes
  }

  // MARK: What happens

  private static func change(
    _ path: String, _ contents: JournalContents, on disk: any FileSystem
  ) throws {
    let target = try InPlaceTarget(path, in: disk)
    try target.change(contents, by: Maker(), threads: 1)
  }

  /// The change, on `disk`; throws what goes wrong.
  func change(on disk: any FileSystem) throws {
    try Self.change(path, contents, on: disk)
  }

  /// A disk with the old state on it.
  func disk(
    powerCut: Int? = nil,
    leavingOut leavesOut: @escaping @Sendable (SimulatedDisk.Synchronization) -> Bool = { _ in
      false
    }
  ) -> SimulatedDisk {
    SimulatedDisk(start, powerCut: powerCut, leavingOut: leavesOut)
  }

  /// What the next command does first.
  func recover(on disk: any FileSystem) throws {
    let target = try InPlaceTarget(path, in: disk)
    guard target.interrupted != nil else {
      _ = try target.removeIdleJournal()
      return
    }
    if case .needsMaker = try target.settle(threads: 1) {
      try target.finish(by: Maker(), threads: 1, onProgress: nil)
    }
  }

  // MARK: What is found

  enum Finding: Equatable, Sendable {
    case old
    case new
    case violation(String)
  }

  /// What other programs would load; nil while they refuse at least one file.
  ///
  /// A file that can be loaded must be old or new, and all that can be must agree.
  func loadable(on disk: SimulatedDisk) -> Finding? {
    var states: Set<Bool> = []
    var isWhole = true
    for index in files.indices {
      let bytes = disk.contents(files[index]) ?? []
      guard bytes.count > 8, bytes[7] == 0 else {
        isWhole = false
        continue
      }
      if bytes == after[index] {
        states.insert(true)
      } else if bytes == before[index] {
        states.insert(false)
      } else {
        return .violation("\(files[index]) can be loaded, and is torn")
      }
    }
    guard states.count < 2 else { return .violation("one shard is old and another one new") }
    guard isWhole, let isNew = states.first else { return nil }
    return isNew ? .new : .old
  }

  /// What is there after recovery.
  func finding(on disk: SimulatedDisk) -> Finding {
    guard let state = loadable(on: disk) else { return .violation("cannot be loaded") }
    let folder = files[0].hasPrefix("/model/") ? "/model/" : "/"
    let side = disk.contents(folder + Self.side).map { String(decoding: $0, as: UTF8.self) }
    guard state == .new ? side == "new" : side == "old" else {
      return .violation("the side file is \(side ?? "gone") beside a file that is \(state)")
    }
    let names = (try? disk.names(inFolder: FilePath(folder))) ?? []
    if names.contains(where: { $0.hasSuffix(Self.journalSuffix) }) {
      return .violation("a journal is left")
    }
    return state
  }

  /// Which barrier a synchronization is.
  static func barrier(_ asked: SimulatedDisk.Synchronization) -> Barrier? {
    if asked.name.hasSuffix(journalSuffix) {
      return asked.writes.contains { if case .size = $0 { true } else { false } } ? .journal : .ring
    }
    if let (_, node) = asked.names.first(where: { $0.key.hasSuffix(journalSuffix) }) {
      return node == nil ? .removal : .journalName
    }
    if asked.names[side] != nil { return .sideFile }
    guard case .bytes(let bytes, let offset)? = asked.writes.last else { return nil }
    switch offset {
    case 7: return bytes == [0] ? .release : .poison
    case 8: return .header
    default: return .chunks
    }
  }
}
