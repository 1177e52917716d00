import JSON
import Tensors
import Testing

@testable import Text

@Suite struct TemplateLanguageTests {
  private static let values = """
    {"messages": [{"role": "user", "content": " Hé "}, {"role": "assistant", "content": "b"}],
     "n": 7, "f": 2.5, "s": "a,b,,c", "d": {"b": 1, "A": "x"}, "l": [3, 1, 2], "e": [],
     "none_": null, "long": 1e16, "tiny": 1.5e-5}
    """

  private func rendered(_ source: String) throws -> ChatTemplate.Rendering {
    let values = try JSONValue(parsing: Self.values)
    var conversation = Conversation(messages: values["messages"] ?? .null)
    for (name, value) in values.object ?? [:] where name.text != "messages" {
      conversation.settings[name.text] = value
    }
    return try ChatTemplate(source, file: "t.jinja")
      .rendered(conversation, at: TemplateMoment(year: 2024, month: 7, day: 26))
  }

  @Test(arguments: TemplateTable.expressionsAndTags)
  func `the language means what Jinja means`(template: String, text: String) throws {
    #expect(try ExactString(rendered(template).text) == ExactString(text))
  }

  @Test(arguments: TemplateTable.whiteSpace)
  func `white space around tags goes as Jinja takes it`(template: String, text: String) throws {
    #expect(try ExactString(rendered(template).text) == ExactString(text))
  }

  @Test func `what the assistant says is found in bytes of the text`() throws {
    let source = """
      {%- for m in messages %}<{{ m.role }}>{% generation %}{{ m.content }}{% endgeneration %}
      {% endfor %}
      """
    let rendering = try rendered(source)
    #expect(rendering.text == "<user> Hé <assistant>b")
    #expect(rendering.generated == [6..<11, 22..<23])
  }

  @Test(arguments: [
    ("a\n{{ x | frobnicate }}", 2, "the filter \"frobnicate\" is not supported"),
    ("{{ x is prime }}", 1, "the test \"prime\" is not supported"),
    ("{% include 'x' %}", 1, "the tag \"include\" is not supported"),
    ("{% if x %}\n", 1, "\"if\" has no \"endif\""),
    ("{% for x in l %}\n{% endif %}", 2, "\"endif\" where \"endfor\" of line 1 was expected"),
    ("{% endfor %}", 1, "\"endfor\" has nothing to end"),
    ("{{ (1 }}", 1, "\"}}\" is missing"),
    ("{{ 1 2 }}", 1, "expected the end of the tag, found \"2\""),
    ("{{ 'a }}", 1, "a string has no end"),
    ("{# a", 1, "a comment has no end"),
    ("{{ a ! b }}", 1, "\"!\" has no meaning here"),
    ("{% break %}", 1, "\"break\" outside a loop"),
    ("{% for x in l recursive %}{% endfor %}", 1, "recursive loops are not supported"),
    ("{{ f(*l) }}", 1, "arguments with \"*\" are not supported"),
    (
      "{{ \(String(repeating: "(", count: 200))1\(String(repeating: ")", count: 200)) }}", 1,
      "nests deeper than 100 levels"
    ),
    ("\(String(repeating: "{% if n %}", count: 200))", 1, "tags nest deeper than 100 levels"),
  ])
  func `what is not the language is refused with its line`(
    source: String, line: Int, problem: String
  ) {
    #expect {
      try ChatTemplate(source, file: "t.jinja")
    } throws: { error in
      guard case TemplateError.notUnderstood("t.jinja", line, let found) = error else {
        return false
      }
      return found.contains(problem)
    }
  }

  @Test(arguments: [
    ("\n\n{{ missing.name }}", 3, "\"missing\" is not defined"),
    ("{{ d.z.y }}", 1, "a dict has no \"z\""),
    ("{{ 'a' + 1 }}", 1, "a int cannot be joined to a str"),
    ("{{ 'a' + missing }}", 1, "\"missing\" is not defined"),
    ("{{ 1 + 'a' }}", 1, "\"+\" is not defined for int and str"),
    ("{{ 1 / 0 }}", 1, "division by zero"),
    ("{{ l.append(1) }}", 1, "the method \"append\" of a list is not supported"),
    ("{{ l.nothing() }}", 1, "a list has no \"nothing\""),
    ("{{ n() }}", 1, "a int cannot be called"),
    ("{% for x in n %}{% endfor %}", 1, "a value of type int cannot be run over"),
    ("{% for a, b in l %}{% endfor %}", 1, "a value of type int cannot be run over"),
    ("{% set d.x = 1 %}", 1, "\"d\" is no namespace"),
    ("{{ [1, 'a']|sort }}", 1, "have no order"),
    ("{{ missing|tojson }}", 1, "tojson of what is not defined"),
    ("{{ l|map('upper')|tojson }}", 1, "a value of type generator has no JSON"),
    ("{{ 9223372036854775807 + 1 }}", 1, "a whole number is beyond 64 bits"),
    ("{{ strftime_now('%Q') }}", 1, "strftime_now: \"%Q\" is not supported"),
    ("{{ s.split(maxsplit=1) }}", 1, "split with maxsplit needs a separator here"),
    ("{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", 1, "m: too many arguments"),
    ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", 1, "macros call each other deeper"),
    ("{{ 'ab' * 900000000 }}", 1, "it does not end"),
    (
      "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", 1,
      "it does not end"
    ),
    ("{% set x %}{% generation %}{% endgeneration %}{% endset %}", 1, "inside of a macro"),
  ])
  func `what does not fit the conversation is refused with its line`(
    source: String, line: Int, problem: String
  ) {
    #expect {
      try rendered(source)
    } throws: { error in
      guard case TemplateError.failed("t.jinja", line, let found) = error else { return false }
      return found.contains(problem)
    }
  }

  @Test func `a template's refusal is in its own words`() {
    let source = "{% if n > 5 %}\n{{ raise_exception('only \" ~ 'five') }}{% endif %}"
    #expect {
      try rendered(source.replacing("\" ~ '", with: ""))
    } throws: { error in
      "\(error)" == "t.jinja:2: the template refuses this conversation: \"only five\""
    }
  }

  @Test func `text that doubles without end is stopped`() {
    let doubling =
      "{% set ns = namespace(x='ab') %}{% for i in range(99) %}"
      + "{% set ns.x = ns.x + ns.x %}{% endfor %}"
    #expect(throws: TemplateError.self) { try rendered(doubling) }
  }

  @Test(arguments: [
    (2024, 2, 29, "Thursday 060"), (2023, 12, 31, "Sunday 365"), (2000, 1, 1, "Saturday 001"),
    (1999, 3, 1, "Monday 060"),
  ])
  func `days of the week and of the year are the calendar's`(
    year: Int, month: Int, day: Int, text: String
  ) throws {
    let moment = TemplateMoment(year: year, month: month, day: day)
    #expect(try moment.formatted("%A %j") == text)
  }
}
