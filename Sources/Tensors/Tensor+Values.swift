import Kernels

extension Tensor {
  /// The values as f32, f64 ones rounded; nil when the type is not computed with.
  package var floats: [Float]? {
    type.floatFormat.map { FloatCoding.floats(of: bytes, as: $0) }
  }

  /// The values as f64, exactly; nil when the type is not computed with.
  package var doubles: [Double]? {
    type.floatFormat.map { FloatCoding.doubles(of: bytes, as: $0) }
  }

  /// An f32 tensor; `values` must fill `shape`.
  package init(_ values: [Float], shape: Shape) {
    self.init(type: .f32, shape: shape, bytes: FloatCoding.encode(values, as: .f32))
  }

  /// An f64 tensor; `values` must fill `shape`.
  package init(_ values: [Double], shape: Shape) {
    self.init(type: .f64, shape: shape, bytes: FloatCoding.encode(values, as: .f64))
  }

  /// The same values in another format, each rounded once to nearest even.
  ///
  /// A tensor whose type is not computed with stays as it is.
  package func converted(to format: FloatFormat) -> Tensor {
    guard let own = type.floatFormat, own != format else { return self }
    let encoded =
      own == .f64
      ? FloatCoding.encode(FloatCoding.doubles(of: bytes, as: own), as: format)
      : FloatCoding.encode(FloatCoding.floats(of: bytes, as: own), as: format)
    return Tensor(type: DType(format), shape: shape, bytes: encoded)
  }

  /// Whether every value is a zero; false when the type is not computed with.
  package var isZero: Bool {
    doubles?.allSatisfy { $0 == 0 } ?? false
  }
}
