import Testing

import Adapters

struct ModulePatternTests {
  /// What Python's `re.fullmatch` says of each pair.
  static let whole: [(String, String, Bool)] = [
    ("q_proj", "q_proj", true),
    ("q_proj", "q_proj.", false),
    (".*\\.layers\\.\\d+\\.mlp\\.(up|down)_proj", "model.layers.12.mlp.up_proj", true),
    (".*\\.layers\\.\\d+\\.mlp\\.(up|down)_proj", "model.layers.x.mlp.up_proj", false),
    ("(?!.*visual).*(?:q_proj|v_proj)", "model.layers.0.q_proj", true),
    ("(?!.*visual).*(?:q_proj|v_proj)", "visual.layers.0.q_proj", false),
    ("^(?=.*0).*q$", "a.0.q", true),
    ("^(?=.*0).*q$", "a.1.q", false),
    ("a{2,3}", "aa", true), ("a{2,3}", "aaaa", false), ("a{2}", "aaa", false),
    ("a{,2}", "", true), ("a{2,}", "aaaaa", true), ("a{x}", "a{x}", true), ("a{", "a{", true),
    ("a{}", "a{}", true), ("a{,}b", "aab", true),
    ("[^.]+", "abc", true), ("[^.]+", "a.c", false), ("[a-c\\d]+", "b2c", true),
    ("[]a]+", "]a]", true), ("[a-]+", "a-", true), ("[\\W]", ".", true), ("[^\\W]", ".", false),
    ("(?i)Q_PROJ", "q_proj", true), ("\\bq\\b", "q", true), ("a|b|", "", true),
    ("(a|b)*c", "ababc", true), ("(a*)*", "aaa", true), ("()*", "", true), ("x*?y+?", "xxyy", true),
    ("(?P<name>ab)+", "abab", true), ("a.c", "a\nc", false), ("(?s)a.c", "a\nc", true),
    ("\\x41\\u0042", "AB", true), ("a$", "a\n", false), ("a\\Z", "a", true),
    ("é", "e\u{301}", false),
  ]

  @Test(arguments: whole)
  func `whole names match as Python's fullmatch`(
    _ pattern: String, _ name: String, _ expected: Bool
  ) throws {
    #expect(try ModulePattern(pattern).matchesWhole(name) == expected)
  }

  @Test(arguments: [
    ("(.*\\.)?(v_proj)$", "model.layers.0.v_proj", true),
    ("(.*\\.)?(v_proj)$", "model.layers.0.xv_proj", false),
    ("(.*\\.)?(^q_proj)$", "q_proj", true),
    ("(.*\\.)?(^q_proj)$", "model.q_proj", false),
    ("(.*\\.)?(layers\\.0\\..*o_proj)$", "model.layers.0.self_attn.o_proj", true),
    ("ab", "abc", true),
  ])
  func `starts match as Python's match`(_ pattern: String, _ name: String, _ expected: Bool) throws
  {
    #expect(try ModulePattern(pattern).matchesStart(name) == expected)
  }

  @Test(arguments: [
    "(", ")", "[a", "a**", "*a", "a{2,1}", "\\", "(?P<n", "(?<=a)b", "(a)\\1", "(?>a)", "a++",
    "\\q", "[b-a]", "(?z)", "{3}", "(?(1)a|b)",
  ])
  func `what is no expression, or cannot be bounded, is refused`(_ pattern: String) {
    #expect(throws: PatternError.self) { try ModulePattern(pattern) }
  }

  @Test(arguments: [
    "(a+)+!", "(([0-9a-z.])+)+!", "(a|a)*b", "(a?){900}a{900}!", "(?=(.*a)*!)a*", "((a*)*)*!",
  ])
  func `a pattern made to backtrack ends`(_ pattern: String) throws {
    let name = String(repeating: "a", count: 1000)
    do {
      #expect(try !ModulePattern(pattern).matchesWhole(name))
    } catch PatternError.tooCostly, PatternError.tooLarge {
      // An error is an answer too.
    }
  }

  @Test(arguments: [
    "((((){1000}){1000}){1000}){1000}", "((a{1000}){1000}){1000}", "((?=a{900}){1000}){1000}",
    String(repeating: "(", count: 5000) + String(repeating: ")", count: 5000),
  ])
  func `a pattern made to explode when compiled is refused`(_ pattern: String) {
    #expect(throws: PatternError.tooLarge) { try ModulePattern(pattern) }
  }
}
