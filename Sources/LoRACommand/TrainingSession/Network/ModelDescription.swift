import JSON
import Kernels
import OrderedCollections
import Tables
import Tensors
import Training

/// What a network file says about its network beside the weights.
///
/// | metadata key | value                                         |
/// |--------------|-----------------------------------------------|
/// | `activation` | `relu`, `gelu`, `gelu_tanh`, `silu` or `tanh` |
/// | `layer_order` | the modules from the input's on, a JSON list, where names and widths do not tell |
/// | `task`       | `classification` or `regression`              |
/// | `columns`    | the features' names in order, a JSON list     |
/// | `target`     | the target's name                             |
/// | `targets`    | the names of several targets, a JSON list     |
/// | `classes`    | the names of the classes by id, a JSON list   |
/// | `features`   | the columns that are read, a JSON list of `{"column"}` or `{"column", "categories"}` |
/// | `missing`    | words that mean a missing value besides the usual ones, a JSON list |
/// | `scaling`    | `{"fill", "mean", "deviation"}`, a number for each input; `"limit"` |
///
/// All may be missing. A folder's `model.json` may name the activation instead.
struct ModelDescription: Equatable {
  var activation: Activation?
  /// The modules from the input's on, where that was said.
  var layers: [String]?
  var schema = TableSchema()

  init() {}

  /// Reads what is there.
  ///
  /// - Throws: `ModelError.metadata` naming the key whose value cannot be used.
  init(metadata: OrderedDictionary<String, String>, file: String) throws(ModelError) {
    activation = try Self.choice("activation", metadata, file)
    layers = try Self.names("layer_order", metadata, file)
    schema.task = try Self.choice("task", metadata, file)
    schema.targets =
      try Self.names("targets", metadata, file) ?? metadata["target"].map { [$0] } ?? []
    schema.columns = try Self.names("columns", metadata, file)
    schema.classes = try Self.names("classes", metadata, file)
    if let names = schema.classes, Set(names.map { ExactString($0) }).count != names.count {
      throw .metadata(
        file: file, key: "classes", expected: "different names", found: metadata["classes"] ?? "")
    }
    schema.sources = try Self.sources(metadata, file)
    schema.missingWords = Set(try Self.names("missing", metadata, file) ?? [])
    schema.scaling = try Self.scaling(metadata, file)
  }

  private static func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ key: String, _ metadata: OrderedDictionary<String, String>, _ file: String
  ) throws(ModelError) -> Value? {
    guard let text = metadata[key] else { return nil }
    guard let value = Value(rawValue: text.lowercased()) else {
      let choices = Value.allCases.map(\.rawValue).joined(separator: ", ")
      throw .metadata(file: file, key: key, expected: "one of \(choices)", found: text)
    }
    return value
  }

  private static func names(
    _ key: String, _ metadata: OrderedDictionary<String, String>, _ file: String
  ) throws(ModelError) -> [String]? {
    guard let text = metadata[key] else { return nil }
    let list = (try? JSONValue(parsing: text))?.array
    guard let list, case let names = list.compactMap(\.string), names.count == list.count else {
      throw .metadata(file: file, key: key, expected: "a JSON list of texts", found: text)
    }
    return names
  }

  /// What a network file of this description holds, `{"format": "pt"}` first.
  var metadata: OrderedDictionary<String, String> {
    var metadata: OrderedDictionary = ["format": "pt"]
    metadata["activation"] = activation?.rawValue
    metadata["layer_order"] = layers.map(Self.list)
    metadata["task"] = schema.task?.rawValue
    metadata["columns"] = schema.columns.map(Self.list)
    metadata["target"] = schema.targets.count == 1 ? schema.targets[0] : nil
    metadata["targets"] = schema.targets.count > 1 ? Self.list(schema.targets) : nil
    metadata["classes"] = schema.classes.map(Self.list)
    metadata["features"] = schema.sources.map { JSONValue.array($0.map(\.json)).compactText }
    metadata["missing"] =
      schema.missingWords.isEmpty ? nil : Self.list(schema.missingWords.sorted())
    metadata["scaling"] = schema.scaling?.json.compactText
    return metadata
  }

  private static func list(_ names: [String]) -> String {
    JSONValue.array(names.map { .string($0) }).compactText
  }
}
