/// What codes of at most 8 bits stand for, before their scales: a table by code.
package enum CodeLevels: Sendable, Equatable {
  /// A sign, 4 bits of exponent, 3 of fraction; no infinity, 0x7F and 0xFF are NaN.
  case f8E4M3
  /// A sign, 5 bits of exponent, 2 of fraction; infinities and NaN as in IEEE formats.
  case f8E5M2
  /// Signed bytes.
  case int8
  /// 0 ½ 1 1½ 2 3 4 6, then the same negative.
  case e2M1
  /// `code - offset`.
  case integers(offset: Int)
  /// 2^(code - 127); 255 is NaN.
  case powers

  /// The 256 numbers; those beyond the codes' bits are without meaning.
  package var table: [Float] { (0..<256).map(value) }

  private func value(_ code: Int) -> Float {
    switch self {
    case .f8E4M3: Self.small(code, exponentBits: 4, bias: 7)
    case .f8E5M2: Self.small(code, exponentBits: 5, bias: 15)
    case .int8: Float(Int8(truncatingIfNeeded: code))
    case .e2M1: Self.small((code & 8) << 4 | (code & 7) << 4, exponentBits: 2, bias: 1)
    case .integers(let offset): Float(code - offset)
    case .powers: code == 255 ? .nan : Self.power(code - 127)
    }
  }

  /// A byte of a sign, exponent and fraction.
  private static func small(_ code: Int, exponentBits: Int, bias: Int) -> Float {
    let fractionBits = 7 - exponentBits
    let exponent = code >> fractionBits & (1 << exponentBits - 1)
    let fraction = code & (1 << fractionBits - 1)
    let sign: Float = code >= 128 ? -1 : 1
    if exponentBits == 5, exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
    if exponentBits == 4, exponent == 15, fraction == 7 { return .nan }
    let whole = exponent == 0 ? fraction : fraction + 1 << fractionBits
    return sign * Float(whole) * power(max(exponent, 1) - bias - fractionBits)
  }

  /// 2^exponent, also where that is subnormal.
  private static func power(_ exponent: Int) -> Float {
    exponent >= -126
      ? Float(bitPattern: UInt32(exponent + 127) << 23) : Float(bitPattern: 1 << (exponent + 149))
  }
}
