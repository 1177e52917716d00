import Adapters
import Containers
import JSON
import Kernels
import Models
import OrderedCollections
import Tensors

/// What is merged into a checkpoint, as its header's `__metadata__` says under `lora.merged`.
///
/// As JSON, in this order, what has its usual value left out:
///
///     {"version": 1,
///      "base": "32 hex digits",      the fingerprint before the first merge
///      "result": "32 hex digits",    the fingerprint of the file's own tensors
///      "steps": [{"adapters": [{"path": "…", "fingerprint": "…", "weight": 1.0}, …],
///                 "dtype": "F32",          the type that the merge changed tensors to
///                 "tied": "untie",         what was done about tied weights
///                 "resize_vocab": true,    the number of tokens changed
///                 "quantized": "requantize",   what was made of quantized weights, or
///                 "quantized": "dequantize", "quantized_dtype": "F32",   in full, in this type
///                 "approximate": true,     the step came after an inexact subtraction
///                 "remainder": {"path": "…", "fingerprint": "…"}},   what takes it out again
///                …]}
///
/// Each step is one merge: its adapters were added in one chain and rounded once. A fingerprint of
/// zeros stands for one that is not known.
package struct MergedState: Sendable, Equatable {
  /// One merge.
  package struct Step: Sendable, Equatable {
    package var adapters: [RecordedAdapter]
    package var type: DType?
    package var tied: TiedPolicy?
    package var resizesVocabulary = false
    package var quantized: QuantizedChoice?
    package var isApproximate = false
    package var remainder: RemainderReference?

    package init(_ adapters: [WeightedAdapter], _ options: MergeOptions = MergeOptions()) {
      self.adapters = adapters.map(RecordedAdapter.init)
      type = options.type
      tied = options.choices.tied
      resizesVocabulary = options.choices.resizesVocabulary
      quantized = options.quantized
    }

    init(adapters: [RecordedAdapter]) {
      self.adapters = adapters
    }

    /// What the merge was told.
    package var options: MergeOptions {
      var options = MergeOptions()
      options.type = type
      options.choices.tied = tied
      options.choices.resizesVocabulary = resizesVocabulary
      options.quantized = quantized
      return options
    }

    /// Whether the tensors after the step are those before it in name, type and shape.
    package var keepsForm: Bool {
      type == nil && tied != .untie && !resizesVocabulary && quantized == nil
    }
  }

  package var base: Fingerprint?
  package var result: Fingerprint?
  package var steps: [Step]

  package init(base: Fingerprint? = nil, result: Fingerprint? = nil, steps: [Step]) {
    self.base = base
    self.result = result
    self.steps = steps
  }

  package var adapters: [RecordedAdapter] { steps.flatMap(\.adapters) }
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
      guard let step = Step(step) else { throw Self.unreadable(file) }
      return step
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
    JSONValue(members: [
      ("version", 1),
      ("base", .string((base ?? .unknown).description)),
      ("result", .string((result ?? .unknown).description)),
      ("steps", .array(steps.map(\.json))),
    ]).compactText
  }
}

extension MergedState.Step {
  init?(_ value: JSONValue) {
    guard let adapters = value["adapters"]?.array else { return nil }
    var read: [RecordedAdapter] = []
    for adapter in adapters {
      guard let adapter = RecordedAdapter(adapter) else { return nil }
      read.append(adapter)
    }
    self.init(adapters: read)
    type = value["dtype"]?.string.flatMap(DType.init)
    tied = value["tied"]?.string.flatMap(TiedPolicy.init)
    resizesVocabulary = value["resize_vocab"]?.bool ?? false
    quantized = QuantizedChoice(value)
    isApproximate = value["approximate"]?.bool ?? false
    if let value = value["remainder"] {
      guard let reference = RemainderReference(value) else { return nil }
      remainder = reference
    }
  }

  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      (
        "adapters",
        .array(adapters.map(\.json))
      )
    ]
    if let type { members.append(("dtype", .string(type.rawValue))) }
    if let tied { members.append(("tied", .string(tied.rawValue))) }
    if resizesVocabulary { members.append(("resize_vocab", true)) }
    members += quantized?.members ?? []
    if isApproximate { members.append(("approximate", true)) }
    if let remainder { members.append(("remainder", remainder.json)) }
    return JSONValue(members: members)
  }
}

extension Fingerprint {
  /// Stands for a fingerprint that is not known.
  static let unknown = Fingerprint(Digest(high: 0, low: 0))

  var known: Fingerprint? { self == .unknown ? nil : self }
}
