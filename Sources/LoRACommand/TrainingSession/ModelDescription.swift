import Containers
import Kernels
import OrderedCollections
import Tensors
import Training

/// What a network file says about its network beside the weights.
///
/// | metadata key | value                                         |
/// |--------------|-----------------------------------------------|
/// | `activation` | `relu`, `gelu`, `silu` or `tanh`              |
/// | `task`       | `classification` or `regression`              |
/// | `columns`    | the features' names in order, a JSON list     |
/// | `target`     | the target's name                             |
/// | `classes`    | the names of the classes by id, a JSON list   |
///
/// All may be missing. A folder's `model.json` may name the activation instead.
struct ModelDescription: Equatable {
  var activation: Activation?
  var task: LearningTask?
  var columns: [String]?
  var target: String?
  var classes: [String]?

  init() {}

  /// Reads what is there.
  ///
  /// - Throws: `ModelError.metadata` naming the key whose value cannot be used.
  init(metadata: OrderedDictionary<String, String>, file: String) throws(ModelError) {
    activation = try Self.choice("activation", metadata, file)
    task = try Self.choice("task", metadata, file)
    target = metadata["target"]
    columns = try Self.names("columns", metadata, file)
    classes = try Self.names("classes", metadata, file)
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
    metadata["task"] = task?.rawValue
    metadata["columns"] = columns.map(Self.list)
    metadata["target"] = target
    metadata["classes"] = classes.map(Self.list)
    return metadata
  }

  private static func list(_ names: [String]) -> String {
    JSONValue.array(names.map { .string($0) }).compactText
  }
}
