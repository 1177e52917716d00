import Reports
import Testing

@Suite struct JSONTextTests {
  @Test(arguments: [
    (JSONTree.null, "null"), (.flag(true), "true"), (.integer(-3), "-3"), (.number(0.5), "0.5"),
    (.number(1), "1.0"), (.number(1e20), "1e+20"), (.number(.leastNonzeroMagnitude), "5e-324"),
    (.number(.nan), "null"), (.number(.infinity), "null"), (.number(-.infinity), "null"),
    (.number(-0.0), "-0.0"), (.integer(.min), "-9223372036854775808"),
    (.text("a\"b\\c\nd\te\u{0}\u{1F}\u{7F}é"), #""a\"b\\c\nd\te\u0000\u001f\u007fé""#),
    (.text("\r\n"), #""\r\n""#),
    (.array([]), "[]"), (.object([]), "{}"),
    (.array([.integer(1), .array([.null])]), "[1, [null]]"),
  ])
  func `each kind of value is written as RFC 8259 says`(_ tree: JSONTree, _ text: String) {
    #expect(tree.jsonLine == text)
    #expect(tree.jsonText == text + "\n")
  }

  @Test func `members keep their order and the long ones get a line each`() {
    let tree = JSONTree.object([
      JSONTree.Member("z", .integer(1)),
      JSONTree.Member(
        "a", .object([JSONTree.Member("shape", .array([.integer(2), .integer(3)]))])),
      JSONTree.Member("empty", .array([])),
      JSONTree.Member("long", .array((0..<13).map(JSONTree.integer))),
    ])
    #expect(
      tree.jsonText == """
        {
          "z": 1,
          "a": {"shape": [2, 3]},
          "empty": [],
          "long": [
            0,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            10,
            11,
            12
          ]
        }

        """)
  }
}
