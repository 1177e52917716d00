import Adapters
import Containers
import JSON
import OrderedCollections
import Tensors

/// Puts the tensors that a merge replaced back in their place.
struct OriginalsRestoring {
  private let file: TensorFile
  private let record: OriginalsRecord

  /// Opens the remainder that `reference` stands for.
  ///
  /// - Parameters:
  ///   - reference: What the merged file records.
  ///   - path: Where it is now.
  ///   - threads: For its fingerprint.
  /// - Throws: `AdapterError.mismatch` when it is another one, or damaged; `ContainerError`.
  init(_ reference: RemainderReference, at path: String, threads: Int) throws {
    let checkpoint = try Checkpoint.open(path)
    guard checkpoint.shards.count == 1, checkpoint.isRandomAccess else {
      throw AdapterError.mismatch(
        file: path, problem: "is no file that can be read anywhere; unpack it first")
    }
    let found = try checkpoint.fingerprint(threads: threads)
    guard found == reference.fingerprint else {
      throw AdapterError.mismatch(
        file: path,
        problem: "is not the remainder that the merge wrote: expected the fingerprint "
          + "\(reference.fingerprint), found \(found); name the right one with --remainder, "
          + "or give --base")
    }
    file = checkpoint.shards[0].file
    record = try OriginalsRecord(metadata: file.header.metadata, file: path)
  }

  /// The members of `config.json` to set.
  var configuration: OrderedDictionary<String, JSONValue> { record.configuration }

  /// What makes the base of the merged file.
  ///
  /// - Throws: `AdapterError.tensor` when an original is not there.
  func changes(of merged: Checkpoint) throws(AdapterError) -> RewriteChanges {
    var changes = RewriteChanges()
    let restored = Set(record.tensors.values.flatMap { $0.map(ExactString.init) })
    for entry in merged.entries {
      let name = ExactString(entry.name)
      if let names = record.tensors[name] {
        var stored: [StoredTensor] = []
        for original in names {
          guard let entry = file.header.entry(named: original) else {
            throw .tensor(
              file: file.path, name: original,
              problem: "is missing, though the merge replaced it; name the right remainder")
          }
          stored.append(StoredTensor(entry, of: file))
        }
        changes.substitutes[name] = stored
      } else if restored.contains(name) {
        changes.substitutes[name] = []
      }
    }
    return changes
  }

  func checkUnchanged() throws(ContainerError) { try file.checkUnchanged() }
}
