import Containers
import Kernels
import Tensors

/// A weight that a checkpoint stores in few bits, as bitsandbytes lays it out.
///
/// For a linear weight `P` [out, in] in 4 bits (`Linear4bit`):
///
/// | tensor                               | type, shape            | what                              |
/// |--------------------------------------|------------------------|-----------------------------------|
/// | `P`                                  | U8 [⌈n / 2⌉, 1]        | codes of the flattened weight     |
/// | `P.absmax`                           | F32 [blocks], nested U8 | a scale for each block            |
/// | `P.quant_map`                        | F32 [16]               | the levels by code                |
/// | `P.nested_absmax`                    | F32 [⌈blocks / 256⌉]   | scales of the scales              |
/// | `P.nested_quant_map`                 | F32 [256]              | what the scales' codes stand for  |
/// | `P.quant_state.bitsandbytes__nf4`    | U8                     | JSON: type, block size, shape …   |
///
/// And in 8 bits (`Linear8bitLt`), P being `M.weight`: `P` I8 [out, in], `M.SCB` F32 [out], a scale for
/// each row, and `M.weight_format` U8 [], which is 0.
///
/// Source: `QuantState.as_dict` in bitsandbytes/functional.py, `_save_to_state_dict` in nn/modules.py.
package struct QuantizedTensor: Sendable {
  package let name: String
  package let scheme: QuantizationScheme
  /// What the weight was, and is again when it is decoded.
  package let type: DType
  package let shape: Shape
  /// The codes.
  package let codes: Checkpoint.Location
  /// The names of the tensors that belong to it, beside `name`.
  package let partNames: [String]
  package let nested: (blockSize: Int, offset: Float)?

  /// The format that decoded numbers are rounded to.
  package var format: FloatFormat { type.floatFormat ?? .f32 }

  /// The tensor as though it were stored in full.
  package var entry: TensorEntry {
    TensorEntry(name: name, type: type, shape: shape, range: 0..<(shape.byteCount(of: type) ?? 0))
  }

  /// What the codes stand for.
  ///
  /// - Throws: `QuantizationError.malformed` when levels or scales are not finite, `ContainerError`.
  package func coding(in checkpoint: Checkpoint) throws -> ScaledCoding {
    let scales: [Float]
    let scheme: ScaledCoding.Scheme
    if self.scheme.format == .int8 {
      scales = try floats(partNames[0], checkpoint)
      scheme = self.scheme.coding(of: shape)
    } else {
      scheme = .blocks(
        Codebook(levels: try floats(name + ".quant_map", checkpoint)), size: self.scheme.blockSize)
      if let nested {
        scales =
          NestedScales(
            codes: try bytes(name + ".absmax", checkpoint),
            absmax: try floats(name + ".nested_absmax", checkpoint),
            map: try floats(name + ".nested_quant_map", checkpoint), offset: nested.offset,
            blockSize: nested.blockSize
          ).restored
      } else {
        scales = try floats(name + ".absmax", checkpoint)
      }
    }
    guard scales.allSatisfy(\.isFinite) else {
      throw QuantizationError.malformed(
        file: checkpoint.path, tensor: name, problem: "has a scale that is not finite")
    }
    return ScaledCoding(scheme, scales: scales, rounding: format)
  }

  private func bytes(_ part: String, _ checkpoint: Checkpoint) throws -> [UInt8] {
    guard let location = checkpoint.location(named: part) else { return [] }
    return try checkpoint.shards[location.shard].file.tensor(location.entry).bytes
  }

  private func floats(_ part: String, _ checkpoint: Checkpoint) throws -> [Float] {
    let values = FloatCoding.floats(of: try bytes(part, checkpoint), as: .f32)
    guard values.allSatisfy(\.isFinite) else {
      throw QuantizationError.malformed(
        file: checkpoint.path, tensor: part, problem: "has a number that is not finite")
    }
    return values
  }
}
