import Containers
import Kernels
import Tensors

/// What one piece of two tensors adds to their comparison.
///
/// Two elements have the same value when they are equal as numbers, or both NaN: −0 is 0, and which
/// NaN it is says nothing. An infinity differs from every other number by infinity, and a NaN too.
struct PieceComparison: Sendable {
  /// Elements of other values.
  private(set) var differingCount = 0
  /// Elements of the same value in other bits, where the types are one.
  private(set) var otherBitsCount = 0
  /// The largest magnitude of a difference.
  private(set) var maximum = 0.0
  /// Σ (second − first)², and Σ first² over what is finite.
  private(set) var differenceSquares = 0.0
  private(set) var squares = 0.0

  init() {}

  /// Compares as many elements on either side, of one type or of two that are computed with.
  init(
    _ left: RawSpan, _ type: DType, _ right: RawSpan, _ other: DType,
    _ scratch: inout PairScratch
  ) {
    let areEqual = type == other && left.hasSameBytes(as: right)
    // A complex number is two of f32, and the norm of a vector of them is that of all its parts.
    let width = type == .c64 ? 2 : 1
    if let format = Self.format(type), let otherFormat = Self.format(other) {
      if format == .f64 || otherFormat == .f64 {
        add(
          FloatCoding.doubles(of: left, as: format),
          FloatCoding.doubles(of: right, as: otherFormat), width: width)
      } else {
        FloatCoding.decode(left, as: format, into: &scratch.first)
        squares = sumOfSquares(scratch.first)
        if areEqual, squares.isFinite { return }
        squares = 0
        FloatCoding.decode(right, as: otherFormat, into: &scratch.second)
        add(scratch.first, scratch.second, width: width)
      }
    }
    guard !areEqual, type == other else { return }
    let otherBits = DifferingElements.count(left, right, elementSize: max(1, type.bitCount / 8))
    if Self.format(type) == nil {
      differingCount =
        type.bitCount > 8
        ? otherBits : DifferingElements.count(left, right, unless: type.areSameValue)
    }
    otherBitsCount = otherBits - differingCount
  }

  /// What elements are read as, where they have a norm.
  static func format(_ type: DType) -> FloatFormat? {
    type == .c64 ? .f32 : type.floatFormat
  }

  /// Adds what two runs of numbers have; all but f64 is exact in f32, and every difference in f64.
  private mutating func add<Scalar: DenseScalar>(
    _ first: [Scalar], _ second: [Scalar], width: Int
  ) {
    var last = -1
    for index in first.indices {
      let value = Double(first[index])
      if value.isFinite { squares += value * value }
      let counterpart = Double(second[index])
      var difference = counterpart - value
      guard difference != 0, counterpart != value, !(counterpart.isNaN && value.isNaN) else {
        continue
      }
      if index / width != last {
        differingCount += 1
        last = index / width
      }
      if !difference.isFinite { difference = .infinity }
      differenceSquares += difference * difference
      maximum = max(maximum, difference.magnitude)
    }
  }

  /// ‖second − first‖ / ‖first‖; nil where a square leaves the range of f64, and says nothing.
  var relative: Double? {
    if maximum == 0 { return 0 }
    if maximum == .infinity { return .infinity }
    guard differenceSquares.isNormal, squares.isFinite else { return nil }
    return (differenceSquares / squares).squareRoot()
  }

  func adding(_ other: PieceComparison) -> PieceComparison {
    var sum = self
    sum.differingCount += other.differingCount
    sum.otherBitsCount += other.otherBitsCount
    sum.maximum = max(maximum, other.maximum)
    sum.differenceSquares += other.differenceSquares
    sum.squares += other.squares
    return sum
  }
}

extension ComparedTensor {
  /// Takes what the comparison of all elements found.
  mutating func take(_ found: PieceComparison, of elementCount: Int, haveNorm: Bool) {
    verdict =
      found.differingCount > 0 ? .different : found.otherBitsCount > 0 ? .otherBits : .equal
    self.elementCount = elementCount
    differingCount = found.differingCount
    otherBitsCount = found.otherBitsCount
    guard haveNorm else { return }
    maximum = found.maximum
    relative = found.relative
  }
}

extension DType {
  /// Whether two elements of a type of one byte stand for the same value.
  ///
  /// Of the types of 8 bits only F8_E4M3 and F8_E5M2 have several NaNs or two zeros; F4 has two zeros,
  /// in either half of a byte.
  fileprivate func areSameValue(_ left: UInt8, _ right: UInt8) -> Bool {
    let (first, second) = (left & 0x7F, right & 0x7F)
    switch self {
    case .f8E4M3: return first == second && (first == 0 || first == 0x7F)
    case .f8E5M2: return first == 0 && second == 0 || first > 0x7C && second > 0x7C
    case .f4:
      return [0, 4].allSatisfy { shift in
        let (one, other) = (left >> shift & 0xF, right >> shift & 0xF)
        return one == other || one & 7 == 0 && other & 7 == 0
      }
    default: return false
    }
  }
}
