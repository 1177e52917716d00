import Foundation
import TestSupport
import Testing

@Suite struct ExploreTests {
  /// The first number of each kind of each tensor, out of a page's data.
  private func tensors(_ html: [UInt8]) throws -> [LooseJSON] {
    let text = String(decoding: html, as: UTF8.self)
    let start = try #require(text.range(of: "id=\"data\">"))
    let end = try #require(text.range(of: "</script>", range: start.upperBound..<text.endIndex))
    let data = try LooseJSON(parsing: Array(text[start.upperBound..<end.lowerBound].utf8))
    return try #require(data["tensors"]?.items)
  }

  /// Singular values, energies and errors, one list after the other.
  private func numbers(_ tensor: LooseJSON) throws -> [Double] {
    let bytes = try #require(Data(base64Encoded: tensor["numbers"]?.text ?? ""))
    return stride(from: 0, to: bytes.count, by: 8).map { start in
      let bits = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
      return Double(bitPattern: bits)
    }
  }

  private static let adapter = "merge/llama-bf16-all-linear/adapter"
  private static let pair = ["spectrum/extract-f32/base", "spectrum/extract-f32/tuned"]

  @Test(arguments: [
    [adapter], pair, ["merge/bases/llama-f32"], ["spectrum/wide-24x60/matrix.safetensors"],
  ])
  func `the page's numbers are those of the spectrum`(_ inputs: [String]) throws {
    let paths = inputs.map { Fixtures.path($0) }
    let page = try Tool.run(["explore"] + paths + ["-o", "-"])
    #expect(page.exitCode == 0 && page.errorText == "")
    #expect(page.output.count < 2_000_000)
    let spectrum = try LooseJSON(parsing: Tool.run(["spectrum", "--json"] + paths).output)
    let expected = try #require(spectrum["tensors"]?.items)
    let found = try tensors(page.output)
    #expect(found.map { $0["name"]?.text } == expected.map { $0["tensor"]?.text })
    for (tensor, wanted) in zip(found, expected) {
      let numbers = try numbers(tensor)
      let count = numbers.count / 3
      func list(_ name: String) -> [Double] {
        (wanted[name]?.items ?? []).compactMap(\.number)
      }
      #expect(Array(numbers[..<count]) == list("singular_values"))
      #expect(Array(numbers[count..<(2 * count)]) == list("cumulative_energy"))
      for (energy, error) in zip(numbers[count...], numbers[(2 * count)...]) {
        #expect(abs(energy + error * error - 1) < 1e-9)
      }
    }
  }

  @Test func `without files the page is about the tutorial's matrix`() throws {
    let page = try Tool.run(["explore", "-o", "-"])
    let spectrum = try Tool.run([
      "spectrum", "--json", Fixtures.path("spectrum/tutorial-256/matrix.safetensors"),
    ])
    let wanted = try LooseJSON(parsing: spectrum.output)["tensors"]?[0]?["cumulative_energy"]
    let numbers = try numbers(try tensors(page.output)[0])
    #expect(numbers.count == 3 * 256)
    let expected = (wanted?.items ?? []).compactMap(\.number)
    #expect(
      Tolerance(absolute: 1e-6).complaint(Array(numbers[256..<512]), expected) == nil)
  }

  @Test func `one tensor can be chosen`() throws {
    let page = try Tool.run([
      "explore", Fixtures.path(Self.adapter), "--tensor", "*.0.*.q_proj", "-o", "-",
    ])
    #expect(
      try tensors(page.output).map { $0["name"]?.text } == ["model.layers.0.self_attn.q_proj"])
  }

  @Test func `a page of many matrices stays small, and says what it leaves out`() throws {
    try ScratchFolder.with { scratch in
      // Rank one, so that each is decomposed in no time.
      let count = 400
      let path = try scratch.write(
        RawSafetensors.zeros(
          (0..<count).map { ("layers.\($0).weight", "F32", [96, 100], 96 * 100 * 4) }),
        to: "many.safetensors")
      let page = try Tool.run(["explore", path, "-o", "-"], timeout: 300)
      #expect(page.exitCode == 0)
      #expect(page.output.count < 2_000_000)
      let found = try tensors(page.output)
      #expect(found.count < count && found.contains { $0["picture"] == .null })
      #expect(page.text.contains("Of 400 matrices the \(found.count) with the largest norms"))
    }
  }

  @Test(arguments: [
    ("explore nope -o page.html", 66, "nope: no such file; check the path"),
    ("explore -o there", 73, "there: exists; use --force to replace it"),
    ("explore", 64, "missing expected argument '--output <path>'; see 'lora help explore'"),
    (
      "explore --tensor a -o page.html", 64,
      "--tensor needs a file to choose from; see 'lora help explore'"
    ),
    ("explore - - -o page.html", 64, "'-' can be read only once; see 'lora help explore'"),
    (
      "explore $PAIR/base $PAIR/base -o page.html", 65,
      "$PAIR/base: no matrix differs from $PAIR/base, so there is nothing to explore: are these the "
        + "two files that were meant?"
    ),
    (
      "explore $PAIR/base --tensor fc9.weight -o page.html", 65,
      "$PAIR/base: no matrix is called \"fc9.weight\""
    ),
  ])
  func `what cannot be explored is refused in one line`(
    _ command: String, _ exitCode: Int, _ line: String
  ) throws {
    try ScratchFolder.with { scratch in
      try scratch.write("kept", to: "there")
      let pair = Fixtures.path("spectrum/extract-f32")
      let words = command.replacingOccurrences(of: "$PAIR", with: pair)
        .split(separator: " ").map(String.init)
      let result = try Tool.run(words, in: scratch.root)
      #expect(Int(result.exitCode) == exitCode)
      let expected = "lora: error: " + line.replacingOccurrences(of: "$PAIR", with: pair)
      #expect(result.errorLines.count == 1 && result.errorText.hasPrefix(expected))
      #expect(try scratch.names() == ["there"])
      #expect(try scratch.read("there") == Array("kept".utf8))
    }
  }
}
