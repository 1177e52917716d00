import Containers
import Kernels
import Tensors

/// Carries out a `MagnitudeStage` on one weight.
///
/// Lengths are sums of squares in f64 in a fixed order: along a row, eight partial sums by column
/// index modulo 8, added as ((0+4)+(2+6))+((1+5)+(3+7)); along a column, ascending rows. `V`, the
/// factor and the product are in f32 (f64 when weight or result is f64), and the product is rounded
/// once more to the result's type. So the bits are the same on every machine.
struct MagnitudeScaler: WeightMap {
  private let stage: MagnitudeStage
  private let place: WeightStage.Place
  /// m / ‖V‖ of each output.
  private let factors: [Double]

  /// Takes the factors that an equal scaler computed when the weight was whole.
  init(_ stage: MagnitudeStage, on place: WeightStage.Place, factors: [Double]) {
    (self.stage, self.place, self.factors) = (stage, place, factors)
  }

  /// Reads the weight once and computes its lengths.
  ///
  /// - Parameters:
  ///   - stage: The magnitudes.
  ///   - place: The weight.
  ///   - read: Gives the bytes of any range of the weight.
  /// - Throws: What `read` throws.
  init(
    _ stage: MagnitudeStage, on place: WeightStage.Place, reading read: TensorBytes
  ) throws {
    var lengths = SquaredLengths(axis: stage.axis, size: place.size)
    let (sum, format) = (place.sum, place.format)
    let count = place.size.rows * place.size.columns
    let step = Fingerprint.chunkSize / format.byteCount
    var buffer = [UInt8](repeating: 0, count: min(count, step) * format.byteCount)
    for start in stride(from: 0, to: count, by: step) {
      let elements = start..<min(start + step, count)
      let bytes = 0..<(elements.count * format.byteCount)
      let first = elements.lowerBound * format.byteCount
      try buffer.withMutableBytes(in: bytes) { try read(first..<(first + bytes.count), &$0) }
      buffer.withBytes { buffer in
        let source = buffer.extracting(bytes)
        if place.isDouble {
          lengths.add(sum.values(elements, of: source, as: format) as [Double])
        } else {
          lengths.add(sum.values(elements, of: source, as: format) as [Float])
        }
      }
    }
    let magnitudes = stage.magnitude.doubles ?? []
    self.init(
      stage, on: place, factors: zip(magnitudes, lengths.lengths()).map { $0 / $1 })
  }

  func emptyOutput(at element: Int) -> Int? {
    let index = stage.axis.index(of: element, columns: place.size.columns)
    return factors[index].isFinite ? nil : index
  }

  var preparation: [UInt8]? { Double.encode(factors, as: .f64) }

  func values<Value: SumScalar>(_ elements: Range<Int>, of source: RawSpan) -> [Value] {
    var values: [Value] = place.sum.values(elements, of: source, as: place.format)
    for index in values.indices {
      let output = stage.axis.index(of: elements.lowerBound + index, columns: place.size.columns)
      values[index] *= Value(factors[output])
    }
    guard stage.weight != 1 else { return values }
    let old = Value.values(of: source, as: place.format)
    let weight = Value(stage.weight)
    for index in values.indices {
      values[index] = old[index] + weight * (values[index] - old[index])
    }
    return values
  }
}

extension MagnitudeStage.Axis {
  /// Which length an element of a matrix is part of.
  func index(of element: Int, columns: Int) -> Int {
    switch self {
    case .rows: element / columns
    case .columns(let width): element % columns / width
    }
  }

  /// How many lengths a matrix has.
  func count(rows: Int, columns: Int) -> Int {
    switch self {
    case .rows: rows
    case .columns(let width): columns / width
    }
  }
}

/// Sums of squares of a matrix whose elements arrive in row-major order.
private struct SquaredLengths {
  private let axis: MagnitudeStage.Axis
  private let columns: Int
  private var sums: [Double]
  private var lanes = SIMD8<Double>()
  private var position = 0

  init(axis: MagnitudeStage.Axis, size: (rows: Int, columns: Int)) {
    self.axis = axis
    columns = size.columns
    sums = Array(repeating: 0, count: axis.count(rows: size.rows, columns: size.columns))
  }

  /// Adds the next elements.
  mutating func add<Value: BinaryFloatingPoint>(_ values: [Value]) {
    for value in values {
      let (row, column) = position.quotientAndRemainder(dividingBy: columns)
      let square = Double(value) * Double(value)
      position += 1
      if case .columns(let width) = axis {
        sums[column / width] += square
        continue
      }
      lanes[column & 7] += square
      if column == columns - 1 {
        let halves = lanes.lowHalf + lanes.highHalf
        sums[row] = (halves[0] + halves[2]) + (halves[1] + halves[3])
        lanes = SIMD8()
      }
    }
  }

  func lengths() -> [Double] { sums.map { $0.squareRoot() } }
}
