import Containers
import Kernels
import Models
import Tensors

extension Recoding {
  /// A tensor that becomes codes, with all that bitsandbytes stores beside them.
  ///
  /// - Parameters:
  ///   - entry: The tensor as it is stored in full, its type being what the codes stand for.
  ///   - scheme: How it is stored.
  ///   - transform: Makes the codes.
  ///   - sourceBits: Bits of an element where it is read.
  init(
    quantizing entry: TensorEntry, by scheme: QuantizationScheme,
    with transform: QuantizingTransform, sourceBits: Int
  ) {
    let count = entry.shape.elementCount
    guard scheme.format != .int8 else {
      self.init(
        as: (.i8, entry.shape), elementCount: count, bits: (sourceBits, 8), by: transform,
        companions: Self.rowCompanions(entry, transform))
      return
    }
    self.init(
      as: (.u8, [(count + 1) / 2, 1]), elementCount: count, bits: (sourceBits, 4), by: transform,
      companions: Self.blockCompanions(entry, scheme, transform))
  }

  private static func rowCompanions(
    _ entry: TensorEntry, _ transform: QuantizingTransform
  ) -> [Companion] {
    let module =
      entry.name.hasSuffix(".weight") ? String(entry.name.dropLast(".weight".count)) : entry.name
    return [
      Companion(name: module + ".SCB", type: .f32, shape: [entry.shape[0]]) {
        guard case .plain(let scales) = transform.foundScales else { return [] }
        return FloatCoding.encode(scales, as: .f32)
      },
      Companion(name: module + ".weight_format", type: .u8, shape: []) { [0] },
    ]
  }

  /// The description comes first and ends so that what follows the bytes lies on multiples of 4.
  private static func blockCompanions(
    _ entry: TensorEntry, _ scheme: QuantizationScheme, _ transform: QuantizingTransform
  ) -> [Companion] {
    let count = entry.shape.elementCount
    let blocks = (count + scheme.blockSize - 1) / scheme.blockSize
    let levels = scheme.format.codebook?.levels ?? []
    let map = Companion(name: entry.name + ".quant_map", type: .f32, shape: [levels.count]) {
      FloatCoding.encode(levels, as: .f32)
    }
    let state = StateText(entry, scheme)
    let bytesBefore = (count + 1) / 2 + (scheme.isDouble ? blocks : 0)
    let stateSize = (bytesBefore + state.roomNeeded + 7) / 8 * 8 - bytesBefore
    let description = Companion(
      name: entry.name + QuantizedTensor.stateSuffix + scheme.format.rawValue, type: .u8,
      shape: [stateSize]
    ) {
      state.bytes(transform.foundScales, size: stateSize)
    }
    guard scheme.isDouble else {
      let scales = Companion(name: entry.name + ".absmax", type: .f32, shape: [blocks]) {
        guard case .plain(let scales) = transform.foundScales else { return [] }
        return FloatCoding.encode(scales, as: .f32)
      }
      return [description, scales, map]
    }
    let nested = nestedScales(entry, blocks, transform)
    return [nested.codes, description, nested.absmax, nested.map, map]
  }

  /// The scales of blocks that are stored in codes themselves.
  private static func nestedScales(
    _ entry: TensorEntry, _ blocks: Int, _ transform: QuantizingTransform
  ) -> (codes: Companion, absmax: Companion, map: Companion) {
    func part(
      _ ending: String, _ type: DType, _ count: Int,
      _ bytes: @escaping @Sendable (NestedScales) -> [UInt8]
    ) -> Companion {
      Companion(name: entry.name + ending, type: type, shape: [count]) {
        guard case .nested(let scales) = transform.foundScales else { return [] }
        return bytes(scales)
      }
    }
    let nestedBlocks = (blocks + NestedScales.blockSize - 1) / NestedScales.blockSize
    return (
      part(".absmax", .u8, blocks) { $0.codes },
      part(".nested_absmax", .f32, nestedBlocks) { FloatCoding.encode($0.absmax, as: .f32) },
      part(".nested_quant_map", .f32, DynamicMap.values.count) {
        FloatCoding.encode($0.map, as: .f32)
      }
    )
  }
}

/// The JSON that describes a 4-bit weight, as `QuantState.as_dict` in bitsandbytes/functional.py.
///
/// Its size is fixed before the scales are known: spaces fill what their mean leaves over.
private struct StateText: Sendable {
  private let start: String

  /// Characters that the shortest text of an f32 number takes at most.
  private static let numberRoom = 24

  init(_ entry: TensorEntry, _ scheme: QuantizationScheme) {
    let shape = entry.shape.dimensions.map(String.init).joined(separator: ", ")
    let type =
      switch entry.type {
      case .f16: "float16"
      case .bf16: "bfloat16"
      default: "float32"
      }
    let nested =
      scheme.isDouble
      ? ", \"nested_blocksize\": \(NestedScales.blockSize), \"nested_dtype\": \"float32\", "
        + "\"nested_offset\": " : ""
    start =
      "{\"quant_type\": \"\(scheme.format.rawValue)\", \"blocksize\": \(scheme.blockSize), "
      + "\"dtype\": \"\(type)\", \"shape\": [\(shape)]" + nested
  }

  var roomNeeded: Int { start.utf8.count + Self.numberRoom + 1 }

  func bytes(_ scales: QuantizingTransform.Scales, size: Int) -> [UInt8] {
    var text = start
    if case .nested(let nested) = scales { text += String(Double(nested.offset)) }
    text += "}"
    return Array(text.utf8) + [UInt8](repeating: 0x20, count: size - text.utf8.count)
  }
}
