import Containers
import Kernels
import Tensors

/// Carries out a `MagnitudeStage` on one weight.
///
/// Lengths are sums of squares in f64 in a fixed order: along a row, eight partial sums by column
/// index modulo 8, added as ((0+4)+(2+6))+((1+5)+(3+7)); along a column, ascending rows. `V`, the
/// factor and the product are in f32 (f64 when weight or result is f64), and the product is rounded
/// once more to the result's type. So the bits are the same on every machine.
struct MagnitudeScaler {
  private let format: FloatFormat
  private let isDouble: Bool
  private let columns: Int
  private let axis: MagnitudeStage.Axis
  private let update: PackedUpdate?
  /// m / ‖V‖ of each output.
  let factors: [Double]

  /// Takes the factors that an equal scaler computed when the weight was whole.
  ///
  /// - Parameters:
  ///   - stage: The magnitudes.
  ///   - update: As in the other initializer.
  ///   - format: The weight's own.
  ///   - isDouble: Whether to compute in f64.
  ///   - columns: Of the weight as a matrix.
  ///   - factors: One for each output.
  init(
    _ stage: MagnitudeStage, update: PackedUpdate?, format: FloatFormat, isDouble: Bool,
    columns: Int, factors: [Double]
  ) {
    self.format = format
    self.isDouble = isDouble
    self.columns = columns
    axis = stage.axis
    self.update = update
    self.factors = factors
  }

  /// Reads the weight once and computes its lengths.
  ///
  /// - Parameters:
  ///   - stage: The magnitudes.
  ///   - update: ΔW, packed from doubles if `isDouble`; nil when it is zero.
  ///   - format: The weight's own.
  ///   - isDouble: Whether to compute in f64.
  ///   - size: The weight as a matrix.
  ///   - read: Gives the bytes of any range of the weight.
  /// - Throws: What `read` throws.
  init(
    _ stage: MagnitudeStage, update: PackedUpdate?, format: FloatFormat, isDouble: Bool,
    size: (rows: Int, columns: Int), reading read: TensorBytes
  ) throws {
    self.format = format
    self.isDouble = isDouble
    columns = size.columns
    axis = stage.axis
    self.update = update
    var lengths = SquaredLengths(axis: stage.axis, size: size)
    let count = size.rows * size.columns
    let step = Fingerprint.chunkSize / format.byteCount
    var buffer = [UInt8](repeating: 0, count: min(count, step) * format.byteCount)
    for start in stride(from: 0, to: count, by: step) {
      let elements = start..<min(start + step, count)
      let bytes = 0..<(elements.count * format.byteCount)
      let first = elements.lowerBound * format.byteCount
      try buffer.withMutableBytes(in: bytes) { try read(first..<(first + bytes.count), &$0) }
      buffer.withBytes { buffer in
        let source = buffer.extracting(bytes)
        if isDouble {
          lengths.add(Self.doubles(update, format, elements, source))
        } else {
          lengths.add(Self.floats(update, format, elements, source))
        }
      }
    }
    let magnitudes = stage.magnitude.doubles ?? []
    factors = zip(magnitudes, lengths.lengths()).map { $0 / $1 }
  }

  /// The output that an element belongs to, when its length is zero.
  func emptyOutput(at element: Int) -> Int? {
    let index = output(element)
    return factors[index].isFinite ? nil : index
  }

  /// Writes W' for a range of the weight's elements, in the format `result`.
  func apply(
    _ elements: Range<Int>, from source: RawSpan, into destination: inout MutableRawSpan,
    as result: FloatFormat
  ) {
    let bytes: [UInt8]
    if isDouble {
      var values = Self.doubles(update, format, elements, source)
      for index in values.indices {
        values[index] *= factors[output(elements.lowerBound + index)]
      }
      bytes = FloatCoding.encode(values, as: result)
    } else {
      var values = Self.floats(update, format, elements, source)
      for index in values.indices {
        values[index] *= Float(factors[output(elements.lowerBound + index)])
      }
      bytes = FloatCoding.encode(values, as: result)
    }
    bytes.withBytes { destination.copy($0) }
  }

  /// W' in f32 for the weights `old`, to measure with.
  func values(_ elements: Range<Int>, of old: [Float]) -> [Float] {
    var delta = [Float](repeating: 0, count: old.count)
    update?.delta(elements, into: &delta)
    return old.indices.map { index in
      (old[index] + delta[index]) * Float(factors[output(elements.lowerBound + index)])
    }
  }

  private func output(_ element: Int) -> Int {
    axis == .rows ? element / columns : element % columns
  }

  /// V in f32.
  private static func floats(
    _ update: PackedUpdate?, _ format: FloatFormat, _ elements: Range<Int>, _ source: RawSpan
  ) -> [Float] {
    var values = FloatCoding.floats(of: source, as: format)
    update?.add(elements, to: &values)
    return values
  }

  /// V in f64.
  private static func doubles(
    _ update: PackedUpdate?, _ format: FloatFormat, _ elements: Range<Int>, _ source: RawSpan
  ) -> [Double] {
    var values = FloatCoding.doubles(of: source, as: format)
    update?.add(elements, to: &values)
    return values
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
    sums = Array(repeating: 0, count: axis == .rows ? size.rows : size.columns)
  }

  /// Adds the next elements.
  mutating func add<Value: BinaryFloatingPoint>(_ values: [Value]) {
    for value in values {
      let (row, column) = position.quotientAndRemainder(dividingBy: columns)
      let square = Double(value) * Double(value)
      position += 1
      guard axis == .rows else {
        sums[column] += square
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
