import JSON
import Tensors
import Testing

@Suite struct JSONTests {
  @Test(arguments: [
    ("", 0, JSONProblem.unexpectedEnd), ("{", 1, .unexpectedEnd), ("[1,", 3, .unexpectedEnd),
    ("\u{FEFF}{}", 0, .byteOrderMark), ("{} {}", 3, .trailingText), ("tru", 3, .unexpectedEnd),
    ("[1,]", 3, .unexpectedByte(0x5D, expected: "a value")),
    ("{\"a\":1,\"\\u0061\":2}", 7, .duplicateKey("a")),
    ("{\"a\":{\"b\":1,\"b\":1}}", 12, .duplicateKey("b")), ("01", 0, .badNumber),
    ("[NaN]", 1, .nonFiniteNumber), ("{\"lora_alpha\": -Infinity}", 15, .nonFiniteNumber),
    ("1.", 2, .unexpectedEnd), ("[1.]", 1, .badNumber), ("[1e]", 1, .badNumber),
    ("+1", 0, .unexpectedByte(0x2B, expected: "a value")), ("\"\\x\"", 1, .badEscape),
    ("\"\\ud800\"", 1, .loneSurrogate), ("\"\\ud800\\u0041\"", 1, .loneSurrogate),
    ("\"\\udc00\"", 1, .loneSurrogate), ("\"a\tb\"", 2, .controlCharacter(9)),
    ("'a'", 0, .unexpectedByte(0x27, expected: "a value")), ("1x", 0, .badNumber),
    ("\"\\u12\"", 1, .badEscape), ("\"\\", 2, .unexpectedEnd),
  ])
  func `text that is not JSON is refused at its byte`(
    _ text: String, _ offset: Int, _ problem: JSONProblem
  ) {
    #expect(throws: JSONFailure(at: offset, problem)) { try JSONValue(parsing: text) }
  }

  @Test(arguments: [
    [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
  ])
  func `bytes that are not UTF-8 are refused`(_ bytes: [UInt8]) {
    #expect(throws: JSONFailure(at: 1, .notUTF8)) { try JSONValue(parsing: bytes) }
  }

  @Test func `64 levels are read and 65 are not`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try JSONValue(parsing: nested(64))
    #expect(throws: JSONFailure(at: 64, .tooDeep(limit: 64))) {
      try JSONValue(parsing: nested(65))
    }
    #expect(throws: JSONFailure.self) { try JSONValue(parsing: nested(1_000_000)) }
  }

  @Test(arguments: [
    "{}", "[]", "null", "true", "-0", "1.5e-07", "123456789012345678901234567890", "\"\"",
    "{\"b\":1,\"a\":[{},[],\"é\\n\\u0001\\\"\\\\\"],\"e\u{301}\":0.10,\"é\":false}",
  ])
  func `compact text is read and written back the same`(_ text: String) throws {
    #expect(ExactString(try JSONValue(parsing: text).compactText) == ExactString(text))
  }

  @Test func `indented text is that of Python's json module`() throws {
    // json.dumps({"r": 8, "targets": ["q", "v"], "none": {}, "x": [], "f": 1e-05}, indent=2)
    let text = """
      {
        "r": 8,
        "targets": [
          "q",
          "v"
        ],
        "none": {},
        "x": [],
        "f": 1e-05
      }
      """
    #expect(try JSONValue(parsing: text).indentedText == text)
    let value: JSONValue = [
      "r": 8, "targets": ["q", "v"], "none": [:], "x": [], "f": .number(JSONNumber(1e-05)),
    ]
    #expect(value.indentedText == text)
  }

  @Test func `numbers keep their text and tell their worth`() throws {
    let value = try JSONValue(parsing: "[16, 16.0, 1e400, -3]")
    let numbers = try #require(value.array)
    #expect(numbers[0].int == 16)
    #expect(numbers[1].int == nil)
    #expect(numbers[1].double == 16)
    #expect(numbers[2].double == .infinity)
    #expect(numbers[3].int == -3)
  }

  @Test func `members are set in place, added at the end and removed`() throws {
    var value: JSONValue = ["a": 1, "b": 2]
    value["c"] = 3
    value["a"] = "x"
    value["b"] = nil
    #expect(value.compactText == "{\"a\":\"x\",\"c\":3}")
  }
}
