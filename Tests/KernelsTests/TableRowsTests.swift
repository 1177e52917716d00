import Kernels
import Testing

@Suite struct TableRowsTests {
  /// The standard library rounds decimals correctly, whatever they are.
  @Test func `a decimal becomes the double nearest to it`() throws {
    var numbers = SystemRandomNumberGenerator()
    for round in 0..<20_000 {
      var mantissa = UInt64.random(in: 0...9_999_999_999_999_999_999, using: &numbers)
      mantissa >>= UInt64.random(in: 0..<64, using: &numbers)
      // Around 2⁵³ many decimals lie exactly between two doubles.
      if round % 4 == 0 { mantissa = (1 << 53) + UInt64.random(in: 0..<8192, using: &numbers) }
      let exponent = Int.random(in: -27...27, using: &numbers)
      let expected = try #require(Double("\(mantissa)e\(exponent)"))
      #expect(nearestDouble(mantissa: mantissa, exponent: exponent) == expected)
    }
    #expect(nearestDouble(mantissa: 1, exponent: 28) == nil)
  }

  private let layout = RecordLayout(
    roles: [.feature, .text, .skipped, .target], delimiter: UInt8(ascii: ","),
    comment: UInt8(ascii: "#"), allowsMissing: true)

  @Test func `plain records are taken, and their lines counted`() {
    let text = Array("1.5, a b ,x,2\n\n# note\n?,c,,-3e2\r\n  \n4,d,y,5\n".utf8)
    let records: PlainRecords<Double> = takeRecords(text, in: 0..<text.count, layout)
    #expect(records.rows == 3 && records.byteCount == text.count && records.lineCount == 6)
    #expect(records.features[0] == 1.5 && records.features[1].isNaN && records.features[2] == 4)
    #expect(records.targets == [2, -300, 5])
    #expect(records.texts.map { String(decoding: text[$0], as: UTF8.self) } == ["a b", "c", "d"])
    #expect(records.lines == [0, 3, 5])
  }

  @Test(arguments: [
    "1,\"a\",x,2\n", "1,a,x\n", "1,a,x,2,3\n", "1,a,x,2", "1,,x,2\n", "1,é,x,2\n", "1,a,x,?\n",
    "x,a,x,2\n", "1,a,x,1e999\n", "1,a,x,12345678901234567890\n", "1,a\rb,x,2\n", "1,a\u{1},x,2\n",
    "1 2,a,x,2\n", "1,a,x,0x10\n", "1,a,x,.\n", "1,a,x,1e\n",
  ])
  func `the first record that is not plain is left, and all after it`(line: String) {
    let text = Array(("7,b,z,8\n" + line + "1,a,x,2\n").utf8)
    let records: PlainRecords<Float> = takeRecords(text, in: 0..<text.count, layout)
    #expect(records.rows == 1 && records.byteCount == 8 && records.lineCount == 1)
  }
}
