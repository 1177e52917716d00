import Containers
import JSON

/// An adapter as the record of a merge or a training names it.
package struct RecordedAdapter: Sendable, Equatable {
  /// The path it was read from at the time.
  package let path: String
  package let fingerprint: Fingerprint
  package let weight: Double

  package init(path: String, fingerprint: Fingerprint, weight: Double) {
    self.path = path
    self.fingerprint = fingerprint
    self.weight = weight
  }
}

extension RecordedAdapter {
  package init?(_ value: JSONValue) {
    guard let path = value["path"]?.string, let weight = value["weight"]?.double,
      let fingerprint = value["fingerprint"]?.string.flatMap(Fingerprint.init)
    else { return nil }
    self.init(path: path, fingerprint: fingerprint, weight: weight)
  }

  package var json: JSONValue {
    JSONValue(members: [
      ("path", .string(path)),
      ("fingerprint", .string(fingerprint.description)),
      ("weight", .number(JSONNumber(weight))),
    ])
  }

  package init(_ weighted: WeightedAdapter) {
    self.init(
      path: weighted.adapter.file, fingerprint: weighted.adapter.fingerprint,
      weight: weighted.weight)
  }
}
