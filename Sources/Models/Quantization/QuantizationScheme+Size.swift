import Kernels
import Tensors

extension QuantizationScheme {
  /// Bytes of a matrix of `shape` in this scheme, codes, scales and levels.
  ///
  /// Of n elements in 4 bits, in blocks of 64, with double quantization:
  ///
  /// | part | bytes |
  /// |---|---|
  /// | codes, two a byte | ⌈n / 2⌉ |
  /// | `absmax`: a byte for each of m = ⌈n / 64⌉ blocks | m |
  /// | `nested_absmax`: an f32 for each 256 of these | 4 ⌈m / 256⌉ |
  /// | `quant_map`, the 16 levels, and `nested_quant_map`, 256 levels, in f32 | 64 + 1024 |
  ///
  /// Without double quantization `absmax` is an f32 for each block, and only `quant_map` goes with it.
  /// The text of `quant_state`, some hundred bytes that depend on names and values, is not counted.
  /// In 8 bits: a byte for each element, an f32 for each row, and a byte for the format.
  package func byteCount(of shape: Shape) -> Int {
    let count = shape.elementCount
    guard let levels = format.codebook?.levels else {
      return count + 4 * (shape.dimensions.first ?? 1) + 1
    }
    let blocks = (count + blockSize - 1) / blockSize
    let codes = (count + 1) / 2
    guard isDouble else { return codes + 4 * (blocks + levels.count) }
    let nested = (blocks + NestedScales.blockSize - 1) / NestedScales.blockSize
    return codes + blocks + 4 * (nested + levels.count + DynamicMap.values.count)
  }
}
