/// Bytes of a matrix in 4 bits as bitsandbytes lays it out, NF4 or FP4.
///
/// Of n elements in blocks of 64, with double quantization:
///
/// | part | bytes |
/// |---|---|
/// | `weight`: two codes a byte | ⌈n / 2⌉ |
/// | `absmax`: a byte for each of m = ⌈n / 64⌉ blocks | m |
/// | `nested_absmax`: an f32 for each 256 of these | 4 ⌈m / 256⌉ |
/// | `quant_map`, the 16 levels, and `nested_quant_map`, 256 levels, in f32 | 64 + 1024 |
///
/// Without double quantization `absmax` is an f32 for each block, and only `quant_map` goes with it.
/// The text of `quant_state`, some hundred bytes that depend on names and values, is not counted.
///
/// Source: <https://github.com/bitsandbytes-foundation/bitsandbytes/blob/main/bitsandbytes/functional.py>
package struct NormalFloatSize: Sendable, Equatable {
  /// Elements that share a scale.
  package var block = 64
  /// Whether the scales are quantized in turn.
  package var isDouble = true

  package init(block: Int = 64, isDouble: Bool = true) {
    (self.block, self.isDouble) = (block, isDouble)
  }

  /// Scales that share a scale of their own.
  private static let nestedBlock = 256

  /// Bytes of `elementCount` elements.
  package func byteCount(of elementCount: Int) -> Int {
    let blocks = (elementCount + block - 1) / block
    let codes = (elementCount + 1) / 2
    let levels = 16 * 4
    guard isDouble else { return codes + 4 * blocks + levels }
    let nested = (blocks + Self.nestedBlock - 1) / Self.nestedBlock
    return codes + blocks + 4 * nested + levels + 256 * 4
  }
}
