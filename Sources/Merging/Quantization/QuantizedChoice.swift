import JSON
import Tensors

/// What a merge makes of quantized weights.
package enum QuantizedChoice: Sendable, Equatable {
  /// They are written out in full: those that change and those that do not, in this type, or in what
  /// each was before it was quantized.
  case dequantize(DType?)
  /// The result of those that change is rounded to codes again.
  case requantize

  /// The members that say so in the record of a merge.
  var members: [(String, JSONValue)] {
    switch self {
    case .dequantize(nil): [("quantized", "dequantize")]
    case .dequantize(let type?):
      [("quantized", "dequantize"), ("quantized_dtype", .string(type.rawValue))]
    case .requantize: [("quantized", "requantize")]
    }
  }

  /// What the record of a merge says.
  init?(_ step: JSONValue) {
    switch step["quantized"]?.string {
    case "dequantize":
      self = .dequantize(step["quantized_dtype"]?.string.flatMap(DType.init))
    case "requantize": self = .requantize
    default: return nil
    }
  }
}
