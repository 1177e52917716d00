import Containers
import JSON
import Kernels
import Tables
import Tensors
import Training

/// What decides a run's bits: its settings, its network and its tables.
///
/// A state is taken up only by a run with the same identity.
struct RunIdentity {
  /// Everything that the options say, by their names.
  let settings: RunSettings
  /// Digests of what is read, by what it is.
  var inputs: RunSettings

  var json: JSONValue {
    JSONValue(members: [
      ("settings", JSONValue(members: settings)), ("inputs", JSONValue(members: inputs)),
    ])
  }

  /// Throws unless the state in `folder` is of this run.
  func check(_ saved: JSONValue, folder: String) throws(StateError) {
    for (key, label) in [("settings", "--"), ("inputs", "the ")] {
      let (was, now) = (saved[key] ?? [:], json[key] ?? [:])
      let names = (was.object?.keys ?? []).union(now.object?.keys ?? [])
      for name in names.map(\.text) where was[name] != now[name] {
        throw .otherRun(
          folder: folder, setting: label + name, saved: was[name]?.compactText ?? "not given",
          given: now[name]?.compactText ?? "not given")
      }
    }
  }
}

/// Options and their values, as they would be given.
typealias RunSettings = [(String, JSONValue)]

extension Dataset<Float> {
  /// A digest of all numbers of the table, by which the same table is known again.
  var digest: JSONValue {
    var state = DigestState()
    features.elements.withBytes { state.update($0) }
    switch targets {
    case .labels(let labels): labels.withBytes { state.update($0) }
    case .values(let values): values.elements.withBytes { state.update($0) }
    case .none: break
    }
    return .string(Fingerprint(state.digest()).description)
  }
}
