import Kernels

/// Numbers that are the same in every run of a test.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) {
    state = UInt64(seed)
  }

  /// SplitMix64. Source: <https://prng.di.unimi.it/splitmix64.c>
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }

  /// A number from a bell around 0, about 1 wide.
  mutating func normal() -> Double {
    (0..<4).reduce(0) { sum, _ in sum + Double.random(in: -1...1, using: &self) }
  }

  /// Bits of `count` numbers of a format: two thirds like weights, one third from the corners of the
  /// format, NaNs with payloads among them, or any bits at all.
  mutating func weights(_ count: Int, _ format: FloatFormat) -> [UInt64] {
    let corners = format.corners
    return (0..<count).map { _ in
      switch next() % 6 {
      case 0: corners[Int(next() % UInt64(corners.count))]
      case 1: next() >> UInt64(64 - 8 * format.byteCount)
      default: naiveEncode(normal() * 0.02, format)
      }
    }
  }
}

extension FloatFormat {
  /// Bits of the numbers where a format ends or bends, in both signs.
  var corners: [UInt64] {
    let fraction: UInt64 =
      switch self {
      case .f64: 52
      case .f32: 23
      case .f16: 10
      case .bf16: 7
      }
    let sign: UInt64 = 1 << UInt64(8 * byteCount - 1)
    let infinity = sign - 1 << fraction
    let one: UInt64 = 1 << fraction
    let positive = [
      0, 1, 2, one / 2, one - 1, one, one + 1, infinity / 2, infinity - 1, infinity, infinity + 1,
      infinity + one / 2, infinity + one / 2 + 3, infinity + one - 1,
    ]
    return positive + positive.map { $0 | sign }
  }

  /// The bytes of numbers given by their bits.
  func bytes(_ numbers: [UInt64]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(numbers.count * byteCount)
    for bits in numbers {
      var rest = bits
      for _ in 0..<byteCount {
        result.append(UInt8(truncatingIfNeeded: rest))
        rest >>= 8
      }
    }
    return result
  }

  /// The bits of the numbers in `bytes`.
  func numbers(_ bytes: [UInt8]) -> [UInt64] {
    var result: [UInt64] = []
    result.reserveCapacity(bytes.count / byteCount)
    for start in stride(from: 0, to: bytes.count, by: byteCount) {
      var bits: UInt64 = 0
      for byte in (start..<start + byteCount).reversed() { bits = bits << 8 | UInt64(bytes[byte]) }
      result.append(bits)
    }
    return result
  }
}
