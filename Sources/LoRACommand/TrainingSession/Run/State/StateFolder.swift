import Containers
import JSON
import Tensors
import Training

/// The states that a run saves: folders `step-00001000` and on in one folder, the newest few kept.
///
/// Each appears complete or not at all. One process writes at a time.
struct StateFolder {
  let path: String
  /// How many states are kept.
  let keep: Int
  let synchronizes: Bool
  let run: RunIdentity
  /// What a state of the run holds.
  let shape: StateShape
  private let lock: FolderLock

  /// Opens the folder, which is created unless there is one.
  ///
  /// - Throws: `StateError.occupied` when it holds states and they may be neither taken up nor
  ///   replaced; replaced ones are removed.
  init(
    _ states: RunFiles.States, resumes: Bool, _ options: OutputOptions, run: RunIdentity,
    shape: StateShape
  ) throws {
    (path, keep, synchronizes) = (states.folder, states.keep, options.synchronizes)
    (self.run, self.shape) = (run, shape)
    try Folder.create(path)
    lock = try FolderLock(path)
    guard !resumes else { return }
    let steps = try steps()
    guard steps.isEmpty || options.force else { throw StateError.occupied(folder: path) }
    for step in steps { try Folder.remove(file(step).path) }
  }

  /// The steps after which states were saved, the newest first.
  private func steps() throws -> [Int] {
    try Folder.names(in: path).compactMap { name in
      guard name.hasPrefix("step-") else { return nil }
      return Int(name.dropFirst("step-".count))
    }.sorted(by: >)
  }

  private func file(_ step: Int) -> StateFile {
    let digits = String(step)
    let padding = String(repeating: "0", count: max(0, 8 - digits.count))
    return StateFile(path: Folder.path(path, "step-\(padding)\(digits)"), shape: shape)
  }

  /// Saves `state` and removes the oldest that is one too many; says where it lies.
  @discardableResult
  func save(_ state: RunState<Float>) throws -> String {
    let file = file(state.training.step)
    try file.write(state, of: run, synchronizes: synchronizes)
    for step in try steps().dropFirst(keep) { try Folder.remove(self.file(step).path) }
    return file.path
  }

  /// The newest state that is whole; nil when there is none at all.
  ///
  /// A damaged one is named and left where it is.
  ///
  /// - Throws: `StateError.otherRun`, `.otherVersion`, or `.noneUsable` when all are damaged.
  func newest() throws -> RunState<Float>? {
    let steps = try steps()
    for step in steps {
      let found: (state: RunState<Float>, run: JSONValue)
      do {
        found = try file(step).read()
      } catch let error as StateError where error.isOtherVersion {
        throw error
      } catch let error as any ReportableError {
        Warnings.say("\(error); an earlier state is looked for")
        continue
      }
      try run.check(found.run, folder: file(step).path)
      return found.state
    }
    if steps.isEmpty { return nil }
    throw StateError.noneUsable(folder: path)
  }
}
