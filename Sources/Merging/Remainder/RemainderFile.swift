import Adapters
import Containers
import Synchronization
import Tensors

/// A remainder open for reading.
package final class RemainderFile: Sendable {
  package var path: String { file.path }
  /// What it belongs to.
  let record: RemainderRecord

  private let file: TensorFile
  private let taken = Mutex<[TensorRemainder]>([])

  /// Opens the remainder that `reference` stands for.
  ///
  /// A run that was killed after it gave the merged file its name may have left the remainder under
  /// its temporary name; it is found there too.
  ///
  /// - Parameters:
  ///   - reference: What the merged file records.
  ///   - path: Where it is now.
  ///   - threads: For its fingerprint.
  /// - Returns: The remainder, known to be the one that was recorded.
  /// - Throws: `AdapterError.mismatch` when it is another one, or damaged; `ContainerError`.
  static func open(
    _ reference: RemainderReference, at path: String, threads: Int
  ) throws -> RemainderFile {
    do {
      return try open(path, expecting: reference.fingerprint, threads: threads)
    } catch {
      guard
        let file = try? open(
          temporary(of: path), expecting: reference.fingerprint, threads: threads)
      else { throw error }
      return file
    }
  }

  private static func temporary(of path: String) -> String {
    let folder = RelativePath.parent(of: path)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return RelativePath.resolve(".\(name).lora-tmp", in: folder)
  }

  /// Gives the remainders of a merge that was killed between two names theirs, so that a new output
  /// in the same place does not take their temporary names for its own.
  ///
  /// - Throws: `ContainerError` when one cannot be renamed.
  static func finishPublishing(of merged: Checkpoint, threads: Int) throws(ContainerError) {
    guard let state = try? MergedState(metadata: merged.metadata, file: merged.path) else { return }
    for reference in state.steps.compactMap(\.remainder) {
      let path = reference.path(from: merged)
      let temporary = temporary(of: path)
      guard OutputPlace.isTaken(temporary),
        (try? open(temporary, expecting: reference.fingerprint, threads: threads)) != nil,
        (try? open(path, expecting: reference.fingerprint, threads: threads)) == nil
      else { continue }
      try OutputPlace.move(temporary, to: path)
    }
  }

  private static func open(
    _ path: String, expecting wanted: Fingerprint, threads: Int
  ) throws -> RemainderFile {
    let checkpoint = try Checkpoint.open(path)
    guard checkpoint.shards.count == 1, checkpoint.isRandomAccess else {
      throw AdapterError.mismatch(
        file: path, problem: "is no file that can be read anywhere; unpack it first")
    }
    let found = try checkpoint.fingerprint(threads: threads)
    guard found == wanted else {
      throw AdapterError.mismatch(
        file: path,
        problem: "is not the remainder that the merge wrote: expected the fingerprint \(wanted), "
          + "found \(found); name the right one with --remainder, or give --base")
    }
    return try RemainderFile(checkpoint.shards[0].file)
  }

  private init(_ file: TensorFile) throws(AdapterError) {
    self.file = file
    record = try RemainderRecord(metadata: file.header.metadata, file: file.path)
  }

  /// What restores `target`.
  ///
  /// - Throws: `AdapterError.tensor` when there is nothing, or it is malformed.
  func tensor(for target: TensorEntry) throws -> TensorRemainder {
    guard let entry = file.header.entry(named: target.name),
      let digests = record.tensors[ExactString(target.name)]
    else {
      throw AdapterError.tensor(
        file: path, name: target.name,
        problem: "is missing, though the adapters changed it; name the right remainder")
    }
    let tensor = try TensorRemainder(entry, of: file, for: target, wanted: digests.base)
    taken.withLock { $0.append(tensor) }
    return tensor
  }

  /// Refuses the result when a tensor was not restored to what it was before the merge.
  func checkRestored() throws {
    for tensor in taken.withLock({ $0 }) { try tensor.checkRestored() }
    try file.checkUnchanged()
  }
}
