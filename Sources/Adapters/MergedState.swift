import Containers
import Kernels
import OrderedCollections
import Tensors

/// What is merged into a checkpoint, as its header's `__metadata__` says under `lora.merged`.
///
/// As JSON, in this order:
///
///     {"version": 1,
///      "base": "32 hex digits",      the fingerprint before the first merge, if known
///      "result": "32 hex digits",    the fingerprint of the file's own tensors, if known
///      "steps": [{"adapters": [{"path": "…", "fingerprint": "…", "weight": 1.0}, …]}, …]}
///
/// Each step is one merge: its adapters were added in one chain and rounded once. A fingerprint of
/// zeros stands for one that is not known.
package struct MergedState: Sendable, Equatable {
  package struct MergedAdapter: Sendable, Equatable {
    /// The path it was read from when it was merged.
    package let path: String
    package let fingerprint: Fingerprint
    package let weight: Double

    package init(path: String, fingerprint: Fingerprint, weight: Double) {
      self.path = path
      self.fingerprint = fingerprint
      self.weight = weight
    }
  }

  package var base: Fingerprint?
  package var result: Fingerprint?
  package var steps: [[MergedAdapter]]

  package init(base: Fingerprint? = nil, result: Fingerprint? = nil, steps: [[MergedAdapter]]) {
    self.base = base
    self.result = result
    self.steps = steps
  }

  package var adapters: [MergedAdapter] { steps.flatMap { $0 } }
}

extension MergedState {
  /// The state that a checkpoint's metadata holds; nil when nothing is merged.
  ///
  /// - Throws: `AdapterError.mismatch` when there is an entry that cannot be read.
  package init?(
    metadata: OrderedDictionary<String, String>?, file: String
  ) throws(AdapterError) {
    guard let text = metadata?[MetadataKey.mergedState] else { return nil }
    guard let value = try? JSONValue(parsing: text), value["version"]?.int == 1,
      let steps = value["steps"]?.array
    else { throw Self.unreadable(file) }
    base = value["base"]?.string.flatMap(Fingerprint.init)?.known
    result = value["result"]?.string.flatMap(Fingerprint.init)?.known
    self.steps = try steps.map { step throws(AdapterError) in
      guard let adapters = step["adapters"]?.array else { throw Self.unreadable(file) }
      return try adapters.map { adapter throws(AdapterError) in
        guard let path = adapter["path"]?.string, let weight = adapter["weight"]?.double,
          let fingerprint = adapter["fingerprint"]?.string.flatMap(Fingerprint.init)
        else { throw Self.unreadable(file) }
        return MergedAdapter(path: path, fingerprint: fingerprint, weight: weight)
      }
    }
  }

  private static func unreadable(_ file: String) -> AdapterError {
    .mismatch(
      file: file,
      problem: "the record of what is merged (metadata \"\(MetadataKey.mergedState)\") cannot be "
        + "read; a newer version of lora may have written it")
  }

  /// The JSON text; its length does not depend on the fingerprints.
  package var text: String {
    let steps = steps.map { step in
      JSONValue(members: [
        (
          "adapters",
          .array(
            step.map { adapter in
              JSONValue(members: [
                ("path", .string(adapter.path)),
                ("fingerprint", .string(adapter.fingerprint.description)),
                ("weight", .number(JSONNumber(adapter.weight))),
              ])
            })
        )
      ])
    }
    return JSONValue(members: [
      ("version", 1),
      ("base", .string((base ?? .unknown).description)),
      ("result", .string((result ?? .unknown).description)),
      ("steps", .array(steps)),
    ]).compactText
  }
}

extension Fingerprint {
  /// Stands for a fingerprint that is not known.
  fileprivate static let unknown = Fingerprint(Digest(high: 0, low: 0))

  fileprivate var known: Fingerprint? { self == .unknown ? nil : self }
}
