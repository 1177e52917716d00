import Adapters
import JSON
import Models
import OrderedCollections
import Tensors

/// What a remainder of a merge into quantized weights belongs to, as its `__metadata__` says under
/// `lora.remainder`.
///
/// Codes and the numbers that they become have no distance in steps that could be stored, so such a
/// remainder holds the tensors of the base that the merge replaced, as they were. As JSON:
///
///     {"version": 1, "kind": "originals",
///      "adapters": [{"path": "…", "fingerprint": "…", "weight": 1.0}, …],
///      "configuration": {…},                     members of config.json before the merge
///      "tensors": {"NAME": ["NAME", "NAME.absmax", …], …}}
///
/// Each key of `tensors` is a tensor of the result, its value what stood in its place in the base.
struct OriginalsRecord: Sendable {
  static let kind = "originals"

  let adapters: [RecordedAdapter]
  let configuration: OrderedDictionary<String, JSONValue>
  let tensors: OrderedDictionary<ExactString, [String]>

  init(
    adapters: [RecordedAdapter], configuration: OrderedDictionary<String, JSONValue>,
    tensors: OrderedDictionary<ExactString, [String]>
  ) {
    (self.adapters, self.configuration, self.tensors) = (adapters, configuration, tensors)
  }

  /// The record in a file's metadata.
  ///
  /// - Throws: `AdapterError.mismatch` when there is none that can be read.
  init(metadata: OrderedDictionary<String, String>?, file: String) throws(AdapterError) {
    guard let text = metadata?[MetadataKey.remainder], let value = try? JSONValue(parsing: text),
      value["version"]?.int == 1, value["kind"]?.string == Self.kind,
      let tensors = value["tensors"]?.object, let configuration = value["configuration"]?.object
    else {
      throw .mismatch(
        file: file,
        problem: "is no remainder of a merge into quantized weights; name the right one with "
          + "--remainder, or give --base")
    }
    adapters = (value["adapters"]?.array ?? []).compactMap(RecordedAdapter.init)
    self.configuration = OrderedDictionary(
      uniqueKeysWithValues: configuration.map { ($0.key.text, $0.value) })
    self.tensors = OrderedDictionary(
      uniqueKeysWithValues: tensors.map { ($0.key, ($0.value.array ?? []).compactMap(\.string)) })
  }

  var text: String {
    JSONValue(members: [
      ("version", 1), ("kind", .string(Self.kind)), ("adapters", .array(adapters.map(\.json))),
      ("configuration", JSONValue(members: configuration.map { ($0.key, $0.value) })),
      (
        "tensors",
        JSONValue(
          members: tensors.map { ($0.key.text, .array($0.value.map { .string($0) })) })
      ),
    ]).compactText
  }
}
