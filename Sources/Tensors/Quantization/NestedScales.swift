/// Scales that are quantized themselves: 8-bit codes of their distances from the mean, and a scale
/// for each 256 of them.
///
///     scale[i] = map[codes[i]]·absmax[i / 256] + offset
///
/// The mean is summed in f64; bitsandbytes sums in f32 in an order of its processor's, so its offset
/// can differ in the last bit.
package struct NestedScales: Sendable, Equatable {
  package static let blockSize = 256

  package let codes: [UInt8]
  /// The largest distance from the mean in each block.
  package let absmax: [Float]
  package let map: [Float]
  /// The mean.
  package let offset: Float
  /// Codes that share an absmax.
  package let blockSize: Int

  package init(
    codes: [UInt8], absmax: [Float], map: [Float], offset: Float, blockSize: Int = Self.blockSize
  ) {
    (self.codes, self.absmax, self.map, self.offset) = (codes, absmax, map, offset)
    self.blockSize = blockSize
  }

  /// Quantizes `scales`, which are finite.
  package init(_ scales: [Float]) {
    let mean = scales.isEmpty ? 0 : scales.reduce(0.0) { $0 + Double($1) } / Double(scales.count)
    offset = Float(mean)
    map = DynamicMap.values
    blockSize = Self.blockSize
    var codes: [UInt8] = []
    codes.reserveCapacity(scales.count)
    var absmax: [Float] = []
    for start in stride(from: 0, to: scales.count, by: Self.blockSize) {
      let block = scales[start..<min(start + Self.blockSize, scales.count)]
      var largest: Float = 0
      for scale in block { largest = max(largest, (scale - offset).magnitude) }
      absmax.append(largest)
      let factor = 1 / largest
      for scale in block {
        codes.append(largest == 0 ? 0 : DynamicMap.code(of: (scale - offset) * factor))
      }
    }
    (self.codes, self.absmax) = (codes, absmax)
  }

  /// The scales as they are used.
  package var restored: [Float] {
    codes.indices.map { map[Int(codes[$0])] * absmax[$0 / blockSize] + offset }
  }
}
