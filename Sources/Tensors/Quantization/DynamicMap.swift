/// The 8-bit code of bitsandbytes for signed numbers in [-1, 1], finer near 0.
///
/// For each power 10⁻⁶ … 10⁰ the middles of 1, 2, 4 … 64 equal parts of [0.1, 1] times that power,
/// in both signs; and 0 and 1. A number takes the code that `quantize_blockwise` gives it: it is
/// rounded to one of 65,536 even steps, and the step to the nearest entry, half-way ones downward.
///
/// Sources: T. Dettmers, <https://arxiv.org/abs/1511.04561>; `create_dynamic_map` in
/// bitsandbytes/functional.py; `build_quantize_lut` in bitsandbytes' csrc/cpu_ops.cpp.
package enum DynamicMap {
  /// The 256 numbers, ascending.
  package static let values: [Float] = {
    let powers: [Float] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]
    var values: [Float] = [0, 1]
    for (exponent, power) in powers.enumerated() {
      let ends = linearSpace(from: 0.1, to: 1, count: 1 << exponent + 1)
      for (low, high) in zip(ends, ends.dropFirst()) {
        let value = power * ((low + high) / 2)
        values += [value, -value]
      }
    }
    return values.sorted()
  }()

  /// The code of `number`, which is in [-1, 1].
  package static func code(of number: Float) -> UInt8 {
    let half = (min(max(number, -1), 1) + 1) * 0.5
    return codes[Int(Float(0.5).addingProduct(half, steps))]
  }

  private static let steps: Float = 65535

  /// The code of each step.
  private static let codes: [UInt8] = {
    let middles = zip(values, values.dropFirst()).map { 0.5 * ($0 + $1) }
    var code = 0
    return (0...65535).map { step in
      let number = -1 + 2 * Float(step) / steps
      while code < middles.count, middles[code] < number { code += 1 }
      return UInt8(code)
    }
  }()
}
