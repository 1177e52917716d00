import Kernels

// The specification of the kernels, as plainly as it can be said: one number at a time, with the
// conversions of the language and of exact arithmetic instead of bit tricks.

/// One number of a file, exactly.
func naiveDecode(_ bits: UInt64, _ format: FloatFormat) -> Double {
  switch format {
  case .f64: Double(bitPattern: bits)
  case .f32: Double(Float(bitPattern: UInt32(bits)))
  case .f16: Double(Float16(bitPattern: UInt16(bits)))
  case .bf16: Double(Float(bitPattern: UInt32(bits) << 16))
  }
}

/// `value` rounded once to `format`; every NaN becomes the canonical one.
func naiveEncode(_ value: Double, _ format: FloatFormat) -> UInt64 {
  switch format {
  case .f64: value.isNaN ? 0x7FF8_0000_0000_0000 : value.bitPattern
  case .f32: value.isNaN ? 0x7FC0_0000 : UInt64(Float(value).bitPattern)
  case .f16: value.isNaN ? 0x7E00 : UInt64(Float16(value).bitPattern)
  case .bf16: value.isNaN ? 0x7FC0 : UInt64(nearestBrainFloat(value))
  }
}

/// The bfloat16 nearest to `value`, which is not NaN; of two as near, the even one.
///
/// The number after the largest stands for infinity and has its place on the line: 2^128.
private func nearestBrainFloat(_ value: Double) -> UInt16 {
  let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
  let size = value.magnitude
  func number(_ bits: UInt16) -> Double {
    bits == 0x7F80 ? 0x1p128 : Double(Float(bitPattern: UInt32(bits) << 16))
  }
  if size >= 0x1p128 { return sign | 0x7F80 }
  var low = UInt16(min(Float(size).bitPattern >> 16, 0x7F7F))
  while number(low) > size { low -= 1 }
  let below = size - number(low)
  let above = number(low + 1) - size
  let up = above < below || (above == below && low & 1 == 1)
  return sign | (up ? low + 1 : low)
}

/// W' of every element: the sequential chain, the add, the rounding.
func naiveUpdate(_ weight: [UInt64], _ format: FloatFormat, _ pair: Pair) -> [UInt64] {
  pair.elements.map { row, column in
    let bits = weight[row * pair.columns + column]
    if format == .f64 {
      return naiveEncode(naiveDecode(bits, format) + pair.doubleChain(row, column), format)
    }
    let sum = Float(naiveDecode(bits, format)) + pair.chain(row, column)
    return naiveEncode(Double(sum), format)
  }
}

/// The two factors of an update, in both precisions: `up` [rows, rank] and `down` [rank, columns].
struct Pair: Sendable {
  let rows: Int
  let columns: Int
  let rank: Int
  let up: [Double]
  let down: [Double]
  private let narrowUp: [Float]
  private let narrowDown: [Float]

  /// Factors whose numbers are f32 numbers, or any f64 numbers when `wide`.
  init(rows: Int, columns: Int, rank: Int, wide: Bool, numbers: inout SeededNumbers) {
    func factor(_ count: Int) -> [Double] {
      (0..<count).map { _ in wide ? numbers.normal() : Double(Float(numbers.normal())) }
    }
    self.init(
      rows: rows, columns: columns, rank: rank, up: factor(rows * rank),
      down: factor(rank * columns))
  }

  init(rows: Int, columns: Int, rank: Int, up: [Double], down: [Double]) {
    self.rows = rows
    self.columns = columns
    self.rank = rank
    self.up = up
    self.down = down
    narrowUp = up.map(Float.init)
    narrowDown = down.map(Float.init)
  }

  var elements: [(row: Int, column: Int)] {
    (0..<rows).flatMap { row in (0..<columns).map { (row, $0) } }
  }

  func chain(_ row: Int, _ column: Int) -> Float {
    var sum: Float = 0
    for r in 0..<rank {
      sum.addProduct(narrowUp[row * rank + r], narrowDown[r * columns + column])
    }
    return sum
  }

  func doubleChain(_ row: Int, _ column: Int) -> Double {
    var sum = 0.0
    for r in 0..<rank { sum.addProduct(up[row * rank + r], down[r * columns + column]) }
    return sum
  }

  func packed(for format: FloatFormat) throws -> PackedUpdate {
    if format == .f64 {
      return try PackedUpdate(rows: rows, columns: columns, rank: rank, up: up, down: down)
    }
    return try PackedUpdate(
      rows: rows, columns: columns, rank: rank, up: narrowUp, down: narrowDown)
  }
}
