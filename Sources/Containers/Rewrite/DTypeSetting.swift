import JSON
import OrderedCollections
import Tensors

/// How `config.json` names the type of a model's weights.
package enum DTypeSetting {
  /// The members of `config` that name the type, set to `type`; `torch_dtype` is the older spelling.
  package static func members(
    for type: DType, in config: JSONValue?
  ) -> OrderedDictionary<String, JSONValue> {
    guard let config, let name = name(of: type) else { return [:] }
    var result: OrderedDictionary<String, JSONValue> = [:]
    for key in ["torch_dtype", "dtype"] where config[key] != nil { result[key] = name }
    return result
  }

  private static func name(of type: DType) -> JSONValue? {
    switch type {
    case .f64: "float64"
    case .f32: "float32"
    case .f16: "float16"
    case .bf16: "bfloat16"
    default: nil
    }
  }
}
