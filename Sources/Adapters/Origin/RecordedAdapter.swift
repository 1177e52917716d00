import Containers
import JSON

/// An adapter as the record of a merge or a training names it.
package struct RecordedAdapter: Sendable, Equatable {
  /// The path it was read from at the time.
  package let path: String
  package let fingerprint: Fingerprint
  package let weight: Double
  /// The part that was taken of it; nil for the whole.
  package let part: ModelPart?

  package init(
    path: String, fingerprint: Fingerprint, weight: Double, part: ModelPart? = nil
  ) {
    self.path = path
    self.fingerprint = fingerprint
    self.weight = weight
    self.part = part
  }

  /// Reads it again, where it lies now.
  ///
  /// - Parameter path: Its place; nil for where it was.
  /// - Returns: The adapter, or the part of it that was taken.
  /// - Throws: As `AdapterFile.open`.
  package func open(at path: String? = nil) throws -> Adapter {
    let adapter = try AdapterFile.open(path ?? self.path)
    guard let part else { return adapter }
    return try adapter.selecting(part)
  }
}

extension RecordedAdapter {
  package init?(_ value: JSONValue) {
    guard let path = value["path"]?.string, let weight = value["weight"]?.double,
      let fingerprint = value["fingerprint"]?.string.flatMap(Fingerprint.init)
    else { return nil }
    let part = value["part"]?.string
    guard part == nil || part.flatMap(ModelPart.init(word:)) != nil else { return nil }
    self.init(
      path: path, fingerprint: fingerprint, weight: weight,
      part: part.flatMap(ModelPart.init(word:)))
  }

  package var json: JSONValue {
    JSONValue(
      members: [
        ("path", .string(path)),
        ("fingerprint", .string(fingerprint.description)),
        ("weight", .number(JSONNumber(weight))),
      ] + (part.map { [("part", .string($0.word))] } ?? []))
  }

  package init(_ weighted: WeightedAdapter) {
    self.init(
      path: weighted.adapter.file, fingerprint: weighted.adapter.fingerprint,
      weight: weighted.weight, part: weighted.adapter.part)
  }
}
