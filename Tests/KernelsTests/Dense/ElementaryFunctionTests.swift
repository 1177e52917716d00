import Kernels
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct ElementaryFunctionTests {
  private typealias Values = (function: ElementaryFunction, x: [Double], y: [Double])

  /// Computed in 40 digits (mpmath) and rounded to f64.
  private static let values: [Values] = [
    (
      .exp, [-745.1, -708.5, -1, -1e-20, 0.5, 1, 88.7, 709.7],
      [
        0x0.0000000000001p-1022, 0x0.e6cf6d08897acp-1022, 0x1.78b56362cef38p-2, 1,
        0x1.a61298e1e069cp+0, 0x1.5bf0a8b145769p+1, 0x1.f4705bbffae5cp+127, 0x1.d75ae7a50ee14p+1023,
      ]
    ),
    (
      .log, [0x1p-1074, 0x1p-1040, 0.3, 0.7071, 0.999999, 1.0000001, 1.4143, 3, 1e300],
      [
        -0x1.74385446d71c3p+9, -0x1.686fc0af622d7p+9, -0x1.34378fcbda721p+0, -0x1.62e6b3842a25ep-2,
        -0x1.0c6f82d74d230p-20, 0x1.ad7f2847b6492p-24, 0x1.62f4358c03e8ap-2, 0x1.193ea7aad030bp+0,
        0x1.5963447f87fb5p+9,
      ]
    ),
    (
      .tanh, [-20, -0.625, -1e-9, 0.1, 0.6249, 0.6251, 2, 19],
      [
        -1, -0x1.1bf47eabb8f95p-1, -0x1.12e0be826d695p-30, 0x1.983d7795f413ap-4,
        0x1.1beb6b2b3786bp-1, 0x1.1bfd91ea413e3p-1, 0x1.ed9505e1bc3d4p-1, 0x1.fffffffffffffp-1,
      ]
    ),
    (
      .sigmoid, [-745, -40, -5, -0.1, 0.1, 3, 36, 40],
      [
        0x0.0000000000001p-1022, 0x1.39792499b1a24p-58, 0x1.b69f67d638f8ep-8, 0x1.e66bdb1aca090p-2,
        0x1.0cca12729afb8p-1, 0x1.e7b7cbc36fabcp-1, 0x1.ffffffffffffep-1, 1,
      ]
    ),
    (
      .normalCDF, [-38.4, -20, -5, -1.0001, -0.9999, -1e-9, 0.5, 1, 3, 8],
      [
        13 * 0x1p-1074, 0x1.c0bd0f1880783p-295, 0x1.33ca2f2133831p-22,
        0x1.44e05c3448f5fp-3, 0x1.44f9bb8e7143dp-3, 0x1.fffffff9256efp-2, 0x1.62075e232ac77p-1,
        0x1.aec4bd120d37dp-1, 0x1.ff4f10f033d25p-1, 0x1.ffffffffffffap-1,
      ]
    ),
    (
      .sin, angles,
      [
        0x1.eaee8744b05f0p-2, -0x1.d18f6ead1b446p-1, 0x1.1a62633145c07p-53, 0x1.24daa9c527e96p-5,
        0x1.dcffca623a20bp-1, -0x1.2e3c37681f340p-1, -0x1.b453ab76bf397p-1, 1,
      ]
    ),
    (
      .cos, angles,
      [
        0x1.c1528065b7d50p-1, -0x1.aa22657537205p-2, -1, -0x1.ffac3841b3da7p-1,
        -0x1.741b388a8c029p-2, 0x1.9d46e8e69fca4p-1, 0x1.0be2cef01c8f4p-1,
        -0x1.14ae72e6ba22fp-61,
      ]
    ),
  ]

  /// The last is the double that is nearest to a multiple of π/2, relative to its size.
  private static let angles = [
    0.5, -2, 0x1.921fb54442d18p+1, 1e5, 1e8, -134217729.5, 1e22, 0x1.6ac5b262ca1ffp+849,
  ]

  @Test(arguments: values)
  private func `a function has its true values`(values: Values) {
    for (index, got) in values.function(values.x).enumerated() {
      let truth = values.y[index]
      #expect(abs(got - truth) <= 2 * truth.ulp, "\(values.function)(\(values.x[index]))")
    }
  }

  /// The values at ∞, -∞, 0 and -0; then two numbers beyond which nothing changes.
  private typealias Ends = (
    function: ElementaryFunction, y: [Float], beyond: [Float], last: [Float]
  )

  private static let ends: [Ends] = [
    (.exp, [.infinity, 0, 1, 1], [89, -104], [.infinity, 0]),
    (.log, [.infinity, .nan, -.infinity, -.infinity], [1, -.leastNonzeroMagnitude], [0, .nan]),
    (.tanh, [1, -1, 0, -0.0], [10, -10], [1, -1]),
    (.sigmoid, [1, 0, 0.5, 0.5], [18, -104], [1, 0]),
    (.normalCDF, [1, 0, 0.5, 0.5], [6, -14.2], [1, 0]),
    (.sin, [.nan, .nan, 0, -0.0], [1e-30, -1e-30], [1e-30, -1e-30]),
    (.cos, [.nan, .nan, 1, 1], [1e-30, -1e-30], [1, 1]),
  ]

  @Test(arguments: ends)
  private func `a function ends as it should`(ends: Ends) {
    let x = [.infinity, -.infinity, 0, -0.0] + ends.beyond + [-Float(nan: 5, signaling: false)]
    let expected = ends.y + ends.last + [.nan]
    #expect(ends.function(x).map(\.bitPattern) == expected.map(\.bitPattern))
    let wide = ends.function(x.map { Double($0) })
    for index in [0, 1, 2, 3, 6] { #expect(wide[index].pattern == expected[index].pattern) }
  }

  /// The f64 function, which is itself held to the truth, is wide enough a reference.
  @Test(arguments: ElementaryFunction.allCases)
  func `f32 is exact to a unit and a half in the last place`(function: ElementaryFunction) {
    let x = stride(from: UInt64(0), to: 1 << 32, by: 20_011).map {
      Float(bitPattern: UInt32($0))
    }
    for (y, truth) in zip(function(x), function(x.map(Double.init))) where !truth.isNaN {
      let nearest = Float(truth)
      if nearest.isInfinite {
        #expect(y == nearest || y.magnitude == .greatestFiniteMagnitude)
      } else {
        let unit = max(Double(nearest.ulp) / (nearest.significand == 1 ? 2 : 1), 0x1p-149)
        #expect(abs(Double(y) - truth) <= 1.5 * unit)
      }
    }
  }

  #if arch(x86_64) && canImport(Glibc)
    @Test(arguments: ElementaryFunction.allCases)
    func `f64 is exact to a unit and two thirds in the last place`(function: ElementaryFunction) {
      var numbers = SeededNumbers(seed: 3)
      let turns = [.sin, .cos].contains(function)
      let widths = turns ? [1, 3, 80, 1e6, 1e9, 1e300] : [0.01, 1, 3, 10, 80, 750]
      var x = (0..<60_000).map { Double.random(in: -1...1, using: &numbers) * widths[$0 % 6] }
      if function == .log { x = x.map(\.magnitude) }
      for (x, y) in zip(x, function(x)) {
        let truth = extended(function, Float80(x))
        guard truth.magnitude < Float80(Double.greatestFiniteMagnitude) else { continue }
        let exponent = max(truth.exponent, -1022) - 52
        #expect(
          abs(Float80(y) - truth) <= 1.67 * Float80(sign: .plus, exponent: exponent, significand: 1)
        )
      }
    }

    private func extended(_ function: ElementaryFunction, _ x: Float80) -> Float80 {
      switch function {
      case .exp: exp(x)
      case .log: log(x)
      case .tanh: tanh(x)
      case .sin: sin(x)
      case .cos: cos(x)
      case .sigmoid: x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))
      case .normalCDF: erfc(-x * (0.5 as Float80).squareRoot()) / 2
      }
    }
  #endif

  @Test(arguments: ElementaryFunction.allCases, InstructionSet.available)
  func `every instruction set gives the same bits`(
    function: ElementaryFunction, instructions: InstructionSet
  ) {
    for count in [0, 1, 7, 16, 33, 20_000] {
      let narrow: [Float] = denseNumbers(count, seed: count)
      #expect(
        function(narrow, using: instructions).map(\.bitPattern)
          == function(narrow, using: .portable).map(\.bitPattern))
      let wide: [Double] = denseNumbers(count, seed: count)
      #expect(
        function(wide, using: instructions).map(\.bitPattern)
          == function(wide, using: .portable).map(\.bitPattern))
    }
  }
}
