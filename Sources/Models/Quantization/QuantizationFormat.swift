import Kernels
import Tensors

/// How weights are stored in few bits.
package enum QuantizationFormat: String, Sendable, CaseIterable {
  /// 4-bit NormalFloat, a scale for each block.
  case nf4
  /// 4-bit floating point, a scale for each block.
  case fp4
  /// 8-bit integers, a scale for each row.
  case int8

  /// The levels of a 4-bit format.
  package var codebook: Codebook? {
    switch self {
    case .nf4: .normalFloat
    case .fp4: .fourBitFloat
    case .int8: nil
    }
  }
}

/// What a quantization is told.
package struct QuantizationScheme: Sendable, Equatable {
  package let format: QuantizationFormat
  /// Weights that share a scale; without meaning for int8.
  package let blockSize: Int
  /// Whether the scales are quantized themselves; never for int8.
  package let isDouble: Bool

  /// The sizes of a block that bitsandbytes knows.
  package static let blockSizes = [32, 64, 128, 256, 512, 1024, 2048, 4096]

  package init(_ format: QuantizationFormat, blockSize: Int = 64, isDouble: Bool = true) {
    self.format = format
    self.blockSize = blockSize
    self.isDouble = isDouble && format != .int8
  }

  /// How the numbers of a tensor of `shape` are coded.
  package func coding(of shape: Shape) -> ScaledCoding.Scheme {
    guard let book = format.codebook else {
      return .rows(columns: shape.dimensions.dropFirst().reduce(1, *))
    }
    return .blocks(book, size: blockSize)
  }
}
