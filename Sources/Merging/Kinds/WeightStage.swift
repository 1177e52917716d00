import Containers
import Kernels
import Tensors

/// What an edit does to a weight beyond adding to it: `W' = f(V)` of the weight V with all sums.
enum WeightStage: Sendable {
  case magnitudes(MagnitudeStage)
  case factors(ChannelFactors)
  case rotation(Rotation)
  case products(WeightProducts)

  /// The weight as a stage sees it.
  struct Place: Sendable {
    let sum: PackedSum
    /// The weight's own.
    let format: FloatFormat
    /// Whether to compute in f64.
    let isDouble: Bool
    /// The weight as a matrix.
    let size: (rows: Int, columns: Int)
  }

  /// Whether the whole weight has to be seen before any range of it can be computed.
  var readsWeight: Bool {
    if case .factors = self { false } else { true }
  }

  /// The stage, ready for any range of the weight.
  ///
  /// - Parameters:
  ///   - place: The weight.
  ///   - kept: The `preparation` of an equal map, made when the weight was whole.
  ///   - read: Gives the bytes of any range of the weight.
  /// - Returns: The map.
  /// - Throws: What `read` throws.
  func map(
    on place: Place, keeping kept: [UInt8]?, reading read: TensorBytes
  ) throws -> any WeightMap {
    switch self {
    case .magnitudes(let stage):
      guard let kept else { return try MagnitudeScaler(stage, on: place, reading: read) }
      return MagnitudeScaler(stage, on: place, factors: Double.decode(kept))
    case .factors(let factors): return FactorMap(factors, on: place)
    case .rotation(let rotation):
      return try place.whole(keeping: kept, reading: read, Rotation.Turn(rotation))
    case .products(let products):
      return try place.whole(keeping: kept, reading: read, products)
    }
  }
}

/// A stage that is ready for any range of its weight.
protocol WeightMap: Sendable {
  /// W' of a range whose bytes are `source`, not rounded to a format.
  func values<Value: SumScalar>(_ elements: Range<Int>, of source: RawSpan) -> [Value]

  /// What took the whole weight to find out; nil where nothing did.
  var preparation: [UInt8]? { get }

  /// The output that an element belongs to, when its length is zero and DoRA divides by it.
  func emptyOutput(at element: Int) -> Int?
}

extension WeightMap {
  func emptyOutput(at element: Int) -> Int? { nil }

  var preparation: [UInt8]? { nil }
}

/// A change that needs all of a weight at once.
protocol WholeChange: Sendable {
  /// W' of the weight `[rows, columns]`.
  func changed<Value: SumScalar>(
    _ weight: [Value], _ size: (rows: Int, columns: Int)
  ) -> [Value]
}

/// A weight that was changed whole; it is held in memory, one at a time.
private struct WholeMap<Held: SumScalar>: WeightMap {
  let result: [Held]

  func values<Value: SumScalar>(_ elements: Range<Int>, of source: RawSpan) -> [Value] {
    result[elements].map { Value($0) }
  }

  var preparation: [UInt8]? { Held.encode(result, as: Held.format) }
}

extension WeightStage.Place {
  fileprivate func whole(
    keeping kept: [UInt8]?, reading read: TensorBytes, _ change: some WholeChange
  ) throws -> any WeightMap {
    isDouble
      ? try whole(keeping: kept, reading: read, change, in: Double.self)
      : try whole(keeping: kept, reading: read, change, in: Float.self)
  }

  private func whole<Value: SumScalar>(
    keeping kept: [UInt8]?, reading read: TensorBytes, _ change: some WholeChange,
    in: Value.Type
  ) throws -> any WeightMap {
    if let kept { return WholeMap<Value>(result: Value.decode(kept)) }
    var bytes = [UInt8](repeating: 0, count: size.rows * size.columns * format.byteCount)
    let step = Fingerprint.chunkSize
    for start in stride(from: 0, to: bytes.count, by: step) {
      let range = start..<min(start + step, bytes.count)
      try bytes.withMutableBytes(in: range) { try read(range, &$0) }
    }
    let weight: [Value] = bytes.withBytes { Value.values(of: $0, as: format) }
    return WholeMap(result: change.changed(weight, size))
  }
}

extension SumScalar {
  /// The numbers whose bytes in this type these are.
  fileprivate static func decode(_ bytes: [UInt8]) -> [Self] {
    bytes.withBytes { values(of: $0, as: format) }
  }
}
