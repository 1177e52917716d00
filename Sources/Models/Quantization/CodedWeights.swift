import Containers
import Tensors

/// Signs that a checkpoint stores weights in codes, in whichever layout: one that is read here
/// (`QuantizedTensors`, `CodedTensors`), or another that is only known for what it is.
package enum CodedWeights {
  /// The name of a tensor that is codes, or belongs to some; nil when all weights are in full.
  package static func sign(in entries: [TensorEntry]) -> String? {
    QuantizedTensors.sign(in: entries) ?? entries.first { isCodes($0) }?.name
  }

  /// Refuses to give the numbers beside codes another type: they are scales, and no weights.
  package static func refuseType(
    _ type: DType?, for entries: [TensorEntry], of file: String
  ) throws(QuantizationError) {
    guard type != nil, let tensor = sign(in: entries) else { return }
    throw .typeOfCodes(file: file, tensor: tensor)
  }

  /// Whether a tensor is a weight, by its name, and not numbers of 16 bits or more, by its type.
  ///
  /// Buffers, as positions and masks, are not called weights.
  package static func isCodes(_ entry: TensorEntry) -> Bool {
    switch entry.type {
    case .f64, .f32, .bf16, .f16, .c64, .bool: return false
    case .f4, .f6E2M3, .f6E3M2, .f8E4M3, .f8E5M2, .f8E4M3FNUZ, .f8E5M2FNUZ:
      return entry.shape.elementCount > 0
    case .i8, .u8, .i16, .u16, .i32, .u32, .i64, .u64, .f8E8M0:
      let last = entry.name.split(separator: ".").last.map(String.init) ?? ""
      let endings = ["weight", "weight_packed", "_blocks", "_qdata"]
      return codeNames.contains(last) || endings.contains { last.hasSuffix($0) }
    }
  }

  /// Whether a tensor of this name belongs to codes, and is none itself.
  package static func isBeside(_ name: String) -> Bool {
    companions.contains { name.hasSuffix($0) }
  }

  private static let codeNames: Set<String> = ["qweight", "W_q", "codes"]

  /// What the names of tensors beside codes end in: scales, zero points, shapes, orders.
  static let companions = [
    ".weight_scale", ".weight_scale_inv", ".weight_scale_2", ".weight_global_scale",
    ".scale_weight",
    ".scale_input", ".input_scale", ".input_global_scale", ".weight_zero_point", ".weight_shape",
    ".weight_g_idx", ".g_idx", ".qzeros", ".scales", ".biases", ".zero", ".comfy_quant", "_scales",
    "_weight_scale", "scaled_fp8",
  ]
}
