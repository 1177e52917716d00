import Kernels

/// The specification of the 4-bit and 8-bit codes: one number at a time.
struct NaiveQuantization {
  let book: Codebook
  let block: Int
  let scales: [Float]

  /// A code for each number.
  func codes(_ values: [Float]) -> [UInt8] {
    values.indices.map { index in
      let size = max(scales[index / block], 1e-38)
      let start = index / block * block
      let isWhole = start + block <= values.count
      return code(isWhole ? values[index] * (1 / size) : values[index] / size)
    }
  }

  private func code(_ scaled: Float) -> UInt8 {
    book.order[book.middles.filter { scaled > $0 }.count]
  }

  /// Two codes a byte, the first in the upper half.
  func packed(_ values: [Float]) -> [UInt8] {
    var codes = codes(values)
    if codes.count % 2 == 1 { codes.append(code(0)) }
    return stride(from: 0, to: codes.count, by: 2).map { codes[$0] << 4 | codes[$0 + 1] }
  }

  func number(_ code: UInt8, at index: Int, rounding: FloatFormat) -> Double {
    let value = book.levels[Int(code)] * scales[index / block]
    return naiveDecode(naiveEncode(Double(value), rounding), rounding)
  }
}

/// The code of a number in a row with the largest magnitude `scale`.
func naiveByte(_ value: Float, scale: Float) -> Int8 {
  guard scale > 0 else { return 0 }
  let factor = min(127 / scale, 3e38)
  return Int8(max(-127, min(127, (value * factor).rounded(.toNearestOrEven))))
}

extension Codebook {
  /// Levels that are in no order, some of them equal.
  static let shuffled = Codebook(
    levels: [0, 0.3, 1, -0.7, 0.05, -0, -1, 0.3, 0.6, -0.2, -0.05, 0.8, 0.15, -0.4, 0.45, -0.9])
}

extension [UInt8] {
  /// `count` bytes that `body` writes.
  init(count: Int, _ body: (inout MutableRawSpan) -> Void) {
    self.init(repeating: 0xA5, count: count)
    withMutableBytes { body(&$0) }
  }
}
