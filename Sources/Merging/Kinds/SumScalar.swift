import Kernels
import Tensors

/// What sums on a weight are taken in: f32, or f64 where the weight or the result is f64.
protocol SumScalar: DenseScalar {
  /// The numbers of `bytes`, which are in `format`.
  static func values(of bytes: RawSpan, as format: FloatFormat) -> [Self]

  /// The bytes of `values` in `format`, each rounded once.
  static func encode(_ values: [Self], as format: FloatFormat) -> [UInt8]

  /// Adds a range of `update`, packed from numbers of this type, to `values` from index `start` on.
  static func add(
    _ update: PackedUpdate, _ elements: Range<Int>, to values: inout [Self], at start: Int)
}

extension Float: SumScalar {
  static func values(of bytes: RawSpan, as format: FloatFormat) -> [Float] {
    FloatCoding.floats(of: bytes, as: format)
  }

  static func encode(_ values: [Float], as format: FloatFormat) -> [UInt8] {
    FloatCoding.encode(values, as: format)
  }

  static func add(
    _ update: PackedUpdate, _ elements: Range<Int>, to values: inout [Float], at start: Int
  ) {
    update.add(elements, to: &values, at: start)
  }
}

extension Double: SumScalar {
  static func values(of bytes: RawSpan, as format: FloatFormat) -> [Double] {
    FloatCoding.doubles(of: bytes, as: format)
  }

  static func encode(_ values: [Double], as format: FloatFormat) -> [UInt8] {
    FloatCoding.encode(values, as: format)
  }

  static func add(
    _ update: PackedUpdate, _ elements: Range<Int>, to values: inout [Double], at start: Int
  ) {
    update.add(elements, to: &values, at: start)
  }
}
