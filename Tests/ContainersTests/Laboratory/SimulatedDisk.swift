import Containers
import Synchronization
import SystemPackage

/// A file system in memory whose power can be cut.
///
/// What was written and not synchronized is, after the cut, there, or not, or garbage, piece by
/// piece; a name that was changed and whose folder was not synchronized bears the old file or the
/// new one. A synchronization can be left out, to show that it is needed.
final class SimulatedDisk: FileSystem {
  /// A synchronization that is asked for, described by what it would bring to the disk.
  struct Synchronization {
    /// The name of the file or folder.
    let name: String
    let writes: [SimulatedNode.Write]
    /// The names that a folder would keep or lose.
    let names: [String: Int?]
  }

  private struct State {
    var nodes: [Int: SimulatedNode]
    var descriptors: [Int32: Int] = [:]
    var nextDescriptor: Int32 = 1000
    var nextNode: Int
    var calls = 0
    var locks: Set<Int> = []
  }

  private let state: Mutex<State>
  private let powerCut: Int?
  private let leavesOut: @Sendable (Synchronization) -> Bool

  /// A disk on which everything is synchronized.
  ///
  /// - Parameters:
  ///   - nodes: Its folders and files; 0 is the root folder.
  ///   - powerCut: The number of the call at which the power fails; nil for never.
  ///   - leavesOut: Whether a synchronization is answered without being done.
  init(
    _ nodes: [Int: SimulatedNode] = [0: SimulatedNode(isFolder: true)], powerCut: Int? = nil,
    leavingOut leavesOut: @escaping @Sendable (Synchronization) -> Bool = { _ in false }
  ) {
    state = Mutex(State(nodes: nodes, nextNode: (nodes.keys.max() ?? 0) + 1))
    self.powerCut = powerCut
    self.leavesOut = leavesOut
  }

  /// Calls made so far.
  var calls: Int { state.withLock { $0.calls } }

  /// Whether the power has failed.
  var isOff: Bool { powerCut.map { calls > $0 } ?? false }

  /// What is found after the power comes back.
  func afterPowerCut(_ random: inout SeededBytes) -> [Int: SimulatedNode] {
    var nodes = state.withLock { $0.nodes }
    for number in nodes.keys.sorted() { nodes[number]?.losePower(&random) }
    return nodes
  }

  /// What is found when only the process was killed.
  func afterKill() -> [Int: SimulatedNode] {
    state.withLock { $0.nodes }.mapValues { node in
      var node = node
      node.synchronize()
      return node
    }
  }

  // MARK: Looking at the disk

  func contents(_ path: String) -> [UInt8]? {
    state.withLock { state in
      Self.find(FilePath(path), in: state).flatMap { state.nodes[$0] }?.content
    }
  }

  func put(_ bytes: [UInt8], at path: String) {
    state.withLock { state in
      var node = SimulatedNode(isFolder: false)
      node.content = bytes
      node.synchronize()
      guard let (folder, name) = Self.parent(of: FilePath(path), in: state) else { return }
      state.nodes[state.nextNode] = node
      state.nodes[folder]?.entries[name] = state.nextNode
      state.nodes[folder]?.synchronize()
      state.nextNode += 1
    }
  }

  private static func find(_ path: FilePath, in state: State) -> Int? {
    var number = 0
    for component in path.components where component.kind == .regular {
      guard let next = state.nodes[number]?.entries[component.string] else { return nil }
      number = next
    }
    return number
  }

  private static func parent(of path: FilePath, in state: State) -> (folder: Int, name: String)? {
    guard let name = path.lastComponent?.string,
      let folder = find(path.removingLastComponent(), in: state)
    else { return nil }
    return (folder, name)
  }

  /// Makes one call, unless the power is off.
  private func call<Result>(_ body: (inout State) throws(Errno) -> Result) throws(Errno) -> Result {
    try state.withLock { (state) throws(Errno) in
      state.calls += 1
      if let powerCut, state.calls > powerCut { throw .ioError }
      return try body(&state)
    }
  }

  private func node(_ path: FilePath, _ state: State) throws(Errno) -> Int {
    guard let number = Self.find(path, in: state) else { throw .noSuchFileOrDirectory }
    return number
  }

  private static func open(_ node: Int, _ state: inout State) -> FileDescriptor {
    state.nextDescriptor += 1
    state.descriptors[state.nextDescriptor] = node
    return FileDescriptor(rawValue: state.nextDescriptor)
  }

  private func open(_ path: FilePath, isFolder: Bool) throws(Errno) -> FileDescriptor {
    try call { (state) throws(Errno) in
      let number = try node(path, state)
      guard state.nodes[number]?.isFolder == isFolder else {
        throw isFolder ? .notDirectory : .isDirectory
      }
      return Self.open(number, &state)
    }
  }

  private func number(_ file: FileDescriptor, _ state: State) throws(Errno) -> Int {
    guard let number = state.descriptors[file.rawValue] else { throw .badFileDescriptor }
    return number
  }

  // MARK: Files

  func openToRead(_ path: FilePath) throws(Errno) -> FileDescriptor {
    try open(path, isFolder: false)
  }

  func openToChange(_ path: FilePath) throws(Errno) -> FileDescriptor {
    try open(path, isFolder: false)
  }

  func openFolder(_ path: FilePath) throws(Errno) -> FileDescriptor {
    try open(path, isFolder: true)
  }

  func openToWrite(_ path: FilePath, mode: FilePermissions, exclusive: Bool) throws(Errno)
    -> FileDescriptor
  {
    try call { (state) throws(Errno) in
      if let number = Self.find(path, in: state) {
        if exclusive { throw .fileExists }
        return Self.open(number, &state)
      }
      let number = try create(path, SimulatedNode(isFolder: false, permissions: mode), &state)
      return Self.open(number, &state)
    }
  }

  private func create(
    _ path: FilePath, _ node: SimulatedNode, _ state: inout State
  ) throws(Errno) -> Int {
    guard let (folder, name) = Self.parent(of: path, in: state) else {
      throw .noSuchFileOrDirectory
    }
    let number = state.nextNode
    state.nextNode += 1
    state.nodes[number] = node
    state.nodes[folder]?.rename([name: number])
    return number
  }

  func close(_ file: FileDescriptor) {
    state.withLock { state in
      if let number = state.descriptors.removeValue(forKey: file.rawValue) {
        state.locks.remove(number)
      }
    }
  }

  func read(_ file: FileDescriptor, into buffer: inout MutableRawSpan, at offset: Int)
    throws(Errno) -> Int
  {
    let bytes = try call { (state) throws(Errno) -> ArraySlice<UInt8> in
      let content = state.nodes[try number(file, state)]?.content ?? []
      let start = min(offset, content.count)
      return content[start..<min(start + buffer.byteCount, content.count)]
    }
    Array(bytes).withBytes { buffer.copy($0) }
    return bytes.count
  }

  func read(_ file: FileDescriptor, into buffer: inout MutableRawSpan) throws(Errno) -> Int {
    throw .notSupported
  }

  func write(_ bytes: RawSpan, to file: FileDescriptor, at offset: Int) throws(Errno) -> Int {
    let written = [UInt8](copying: bytes)
    return try call { (state) throws(Errno) in
      state.nodes[try number(file, state)]?.write(written, at: offset)
      return written.count
    }
  }

  func write(_ bytes: RawSpan, to file: FileDescriptor) throws(Errno) -> Int {
    throw .notSupported
  }

  func allocate(_ file: FileDescriptor, size: Int) throws(Errno) {
    try resize(file, to: size)
  }

  func resize(_ file: FileDescriptor, to size: Int) throws(Errno) {
    try call { (state) throws(Errno) in
      state.nodes[try number(file, state)]?.resize(to: size)
    }
  }

  func synchronize(_ file: FileDescriptor) throws(Errno) {
    try call { (state) throws(Errno) in
      let number = try number(file, state)
      guard let node = state.nodes[number] else { return }
      let name = state.nodes.values.lazy.compactMap { folder in
        folder.entries.first { $0.value == number }?.key
      }.first
      let asked = Synchronization(
        name: name ?? "", writes: node.pending,
        names: node.pendingNames.reduce(into: [:]) {
          $0.merge($1) { _, new in new }
        })
      if !leavesOut(asked) { state.nodes[number]?.synchronize() }
    }
  }

  func setPermissions(_ mode: FilePermissions, of file: FileDescriptor) throws(Errno) {
    try call { (state) throws(Errno) in
      state.nodes[try number(file, state)]?.permissions = mode
    }
  }

  func lock(_ file: FileDescriptor) throws(Errno) {
    try call { (state) throws(Errno) in
      guard state.locks.insert(try number(file, state)).inserted else { throw .wouldBlock }
    }
  }

  func lease(_ file: FileDescriptor) throws(Errno) {
    throw .notSupported
  }

  // MARK: Names

  func status(of path: FilePath, followingLinks: Bool) throws(Errno) -> FileStatus {
    try call { (state) throws(Errno) in status(try node(path, state), state) }
  }

  func status(of file: FileDescriptor) throws(Errno) -> FileStatus {
    try call { (state) throws(Errno) in status(try number(file, state), state) }
  }

  private func status(_ number: Int, _ state: State) -> FileStatus {
    let node = state.nodes[number] ?? SimulatedNode(isFolder: false)
    return FileStatus(
      kind: node.isFolder ? .folder : .file, size: node.content.count,
      permissions: node.permissions, identity: (1, UInt64(number)))
  }

  func target(ofLink path: FilePath) throws(Errno) -> FilePath {
    throw .invalidArgument
  }

  func names(inFolder path: FilePath) throws(Errno) -> [String] {
    try call { (state) throws(Errno) in
      (state.nodes[try node(path, state)]?.entries.keys).map { $0.sorted() } ?? []
    }
  }

  func createFolder(_ path: FilePath, mode: FilePermissions) throws(Errno) {
    try call { (state) throws(Errno) in
      if Self.find(path, in: state) != nil { throw .fileExists }
      _ = try create(path, SimulatedNode(isFolder: true, permissions: mode), &state)
    }
  }

  func removeFolder(_ path: FilePath) throws(Errno) { try removeFile(path) }

  func removeFile(_ path: FilePath) throws(Errno) {
    try call { (state) throws(Errno) in
      _ = try node(path, state)
      guard let (folder, name) = Self.parent(of: path, in: state) else { return }
      state.nodes[folder]?.rename([name: nil])
    }
  }

  func rename(_ old: FilePath, to new: FilePath) throws(Errno) {
    try call { (state) throws(Errno) in
      let number = try node(old, state)
      guard let (folder, name) = Self.parent(of: old, in: state),
        let (other, newName) = Self.parent(of: new, in: state), folder == other
      else { throw .noSuchFileOrDirectory }
      state.nodes[folder]?.rename([name: nil, newName: number])
    }
  }

  func renameWithoutReplacing(_ old: FilePath, to new: FilePath) throws(Errno) {
    let isTaken = state.withLock { Self.find(new, in: $0) != nil }
    if isTaken { throw .fileExists }
    try rename(old, to: new)
  }

  func exchange(_ first: FilePath, with second: FilePath) throws(Errno) {
    try call { (state) throws(Errno) in
      let (one, two) = (try node(first, state), try node(second, state))
      guard let (folder, name) = Self.parent(of: first, in: state),
        let (_, other) = Self.parent(of: second, in: state)
      else { throw .noSuchFileOrDirectory }
      state.nodes[folder]?.rename([name: two, other: one])
    }
  }

  var user: UInt32 { 0 }
  var creationMask: FilePermissions { [.groupWrite, .otherWrite] }
}
