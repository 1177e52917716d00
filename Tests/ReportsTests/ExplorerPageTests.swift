import Foundation
import Reports
import Testing

@Suite struct ExplorerPageTests {
  private func tensor(_ name: String, rank: Int = 3) -> ExplorerTensor {
    ExplorerTensor(
      name: name, shape: (4, 6), parametersPerRank: 10, isComplete: true,
      numbers: (
        values: [2, 1.0 / 3, 0.1], energies: [0.9, 0.97, 1], errors: [0.3, 0.1, 0]
      ),
      picture: ExplorerTensor.Picture(
        rows: 2, columns: 3, rank: rank,
        factors: (
          left: (0..<2 * rank).map { Double($0) - 1.7 },
          right: (0..<3 * rank).map { 1 / Double($0 + 1) }
        ),
        rest: [0.001, -0.002, 0, 0.5, 0.25, -1]))
  }

  private func page(_ tensors: [ExplorerTensor], subject: String = "The weights.") -> String {
    ExplorerPage(
      subject: subject, symbol: "ΔW", tensors: tensors, remarks: ["A remark."], unpictured: "None:"
    ).html
  }

  /// What stands in the page's data element.
  private func data(_ html: String) throws -> [String: Any] {
    let start = try #require(html.range(of: "id=\"data\">"))
    let end = try #require(html.range(of: "</script>", range: start.upperBound..<html.endIndex))
    let text = String(html[start.upperBound..<end.lowerBound])
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(object as? [String: Any])
  }

  private func numbers(_ text: Any?) throws -> [Double] {
    let encoded = try #require(text as? String)
    let bytes = try #require(Data(base64Encoded: encoded))
    return stride(from: 0, to: bytes.count, by: 8).map { start in
      var bits: UInt64 = 0
      for byte in 0..<8 { bits |= UInt64(bytes[start + byte]) << UInt64(8 * byte) }
      return Double(bitPattern: bits)
    }
  }

  /// Vectors of 16-bit codes with their scales.
  private func vectors(_ part: Any?, length: Int) throws -> [Double] {
    let part = try #require(part as? [String: Any])
    let encoded = try #require(part["codes"] as? String)
    let codes = try #require(Data(base64Encoded: encoded))
    let scales = try numbers(part["scales"])
    return (0..<codes.count / 2).map { index in
      let code = Int16(bitPattern: UInt16(codes[2 * index]) | UInt16(codes[2 * index + 1]) << 8)
      return Double(code) * scales[index / length]
    }
  }

  @Test func `numbers reach the page bit for bit`() throws {
    let tensors = try #require(try data(page([tensor("a")]))["tensors"] as? [[String: Any]])
    #expect(
      try numbers(tensors[0]["numbers"]) == [2, 1.0 / 3, 0.1, 0.9, 0.97, 1, 0.3, 0.1, 0])
  }

  @Test func `factors reach the page within half a step of 16 bits`() throws {
    let original = try #require(tensor("a").picture)
    let tensors = try #require(try data(page([tensor("a")]))["tensors"] as? [[String: Any]])
    let picture = try #require(tensors[0]["picture"] as? [String: Any])
    let parts: [(String, [Double], Int)] = [
      ("left", original.left, 2), ("right", original.right, 3), ("rest", original.rest, 6),
    ]
    for (name, values, length) in parts {
      let got = try vectors(picture[name], length: length)
      #expect(got.count == values.count)
      for start in stride(from: 0, to: values.count, by: length) {
        let largest = values[start..<(start + length)].map(\.magnitude).max() ?? 0
        for index in start..<(start + length) {
          #expect(abs(got[index] - values[index]) <= largest / 32767 * 0.5000001, "\(name)")
        }
      }
    }
  }

  @Test func `the page asks nobody for anything`() {
    let html = page([tensor("a")])
    for word in ["http:", "https:", "src=", "href=", "url(", "@import", "fetch(", "import("] {
      // SVG's name is no address.
      #expect(
        !html.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "").contains(word),
        "\(word)")
    }
    #expect(html.contains("default-src 'none'"))
  }

  @Test func `a name from a file stays text`() throws {
    let name = "</script><img onerror=x>&\"'`\u{2028}"
    let html = page([tensor(name)], subject: "The weights of `\(name)`.")
    #expect(html.components(separatedBy: "</script>").count == 3)
    #expect(!html.contains("<img"))
    let tensors = try #require(try data(html)["tensors"] as? [[String: Any]])
    #expect(tensors[0]["name"] as? String == name)
  }

  @Test func `the first tensor with a picture is shown first`() throws {
    var bare = tensor("bare")
    bare.picture = nil
    #expect(try data(page([bare, tensor("a")]))["first"] as? Int == 1)
    #expect(try data(page([bare]))["first"] as? Int == 0)
  }

  @Test func `without JavaScript there is a table of ranks`() {
    let html = page([tensor("a")])
    #expect(
      html.contains(
        "<tr><td>1</td><td>90 %</td><td>30 %</td><td>10</td><td>2.40x</td><td>2</td></tr>"))
  }

  @Test func `a picture's size is told before it is written`() {
    let small = page([tensor("a")]).utf8.count
    let larger = page([tensor("a"), tensor("b")]).utf8.count
    let told = (tensor("b").picture?.byteCount ?? 0) + tensor("b").numberByteCount
    #expect(larger - small <= told + 300)
  }
}
