import Foundation
import TestSupport
import Testing

/// What a person can get wrong with a model of text: each is told in lines that name file and place.
@Suite struct BadTextInputTests {
  /// A change to a folder that was sound, a command on it, and what is said of it.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var model = "qwen3"
    /// A file of the folder and what it holds instead; or a word of it and another in its place.
    var file = ""
    var content: String?
    var word = ("", "")
    var arguments = ["generate", "MODEL", "Hi"]
    var input = ""
    var exitCode: Int32 = 65
    let message: String
  }

  private static let chat = ["generate", "MODEL", "Hi", "--chat"]

  private static func template(_ name: String, _ text: String, _ message: String) -> Mistake {
    Mistake(
      testDescription: name, file: "chat_template.jinja", content: text, arguments: chat,
      message: "MODEL/chat_template.jinja:1: " + message)
  }

  static let mistakes = [
    Mistake(
      testDescription: "an unknown model_type", file: "config.json",
      word: ("\"model_type\": \"qwen3\"", "\"model_type\": \"qwenx\""),
      message: "MODEL/config.json: setting \"model_type\": \"qwenx\" is not known here; expected "
        + "one of bert, "),
    Mistake(
      testDescription: "misshapen tensors", file: "config.json",
      word: ("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 1"),
      message: "MODEL: tensor \"model.layers.0.self_attn.k_proj.weight\": shape [32, 32], "
        + "expected [16, 32] as config.json says"),
    Mistake(
      testDescription: "a tokenizer with an unknown part", file: "tokenizer.json",
      word: ("\"Fuse\"", "\"Melt\""),
      message: "MODEL/tokenizer.json: decoder: \"Melt\" is not supported; supported: "),
    Mistake(
      testDescription: "a tokenizer made to grow", file: "tokenizer.json",
      word: (
        "\"version\"",
        "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":["
          + Array(
            repeating: "{\"type\":\"Replace\",\"pattern\":{\"String\":\"i\"},\"content\":\"ii\"}",
            count: 40
          ).joined(separator: ",") + "]},\"version\""
      ),
      message: "MODEL/tokenizer.json: normalizer: could make a text more than 4096 times as long"),
    Mistake(
      testDescription: "an id beyond the vocabulary", arguments: ["eval", "MODEL", "-"],
      input: "{\"input_ids\": [5, 600]}",
      message: "standard input:1: the id 600 is beyond the model's 96 tokens"),
    Mistake(
      testDescription: "a prompt longer than the learned positions", model: "gpt2",
      arguments: ["generate", "MODEL", String(repeating: "a", count: 60)],
      message: "MODEL: the prompt cannot be read: there are 60 tokens, and the model has learned "
        + "48 positions"),
    Mistake(
      testDescription: "an adapter for another model",
      arguments: [
        "generate", "MODEL", "Hi", "--adapter", Fixtures.path("text/models/gpt2/init"),
      ],
      message: "text/models/gpt2/init: tensor \"base_model.model.transformer.h.0.attn.c_attn."
        + "lora_A.weight\": the model has no transformer.h.0.attn.c_attn.weight"),
    Mistake(
      testDescription: "an empty prompt", arguments: ["generate", "MODEL", ""],
      message: "MODEL: the prompt cannot be read: there are no tokens"),
    template(
      "a template that raises", "{{ raise_exception('no, thanks') }}",
      "the template refuses this conversation: \"no, thanks\""),
    template(
      "a template that loops",
      "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
      "the template does not fit this conversation: it does not end: more than 5000000 steps"),
    template(
      "a template that grows",
      "{% set n = namespace(x='aaaa') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}"
        + "{% endfor %}", "the template does not fit this conversation: it does not end: "),
    template(
      "a template that calls itself", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
      "the template does not fit this conversation: macros call each other deeper than "),
  ]

  @Test(arguments: mistakes)
  func `a mistake is told with its file and place`(mistake: Mistake) throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel(mistake.model, in: folder)
      if !mistake.file.isEmpty {
        let file = "\(mistake.model)/\(mistake.file)"
        var text = try mistake.content ?? String(contentsOfFile: folder.path(file), encoding: .utf8)
        if mistake.content == nil {
          let changed = text.replacing(mistake.word.0, with: mistake.word.1)
          try #require(changed != text, "the mistake is not made")
          text = changed
        }
        try folder.write(text, to: file)
      }
      let run = try Tool.run(
        mistake.arguments.map { $0 == "MODEL" ? model.path : $0 } + ["--quiet"],
        input: Array(mistake.input.utf8))
      #expect(run.exitCode == mistake.exitCode)
      let expected = mistake.message.replacing("MODEL", with: model.path)
      #expect(run.errorText.contains(expected), "\(run.errorText)")
      #expect(run.errorLines.allSatisfy { $0.hasPrefix("lora: error: ") })
      #expect(run.output.isEmpty)
    }
  }

  @Test func `a signal ends a text with 130, and what was written stays`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder)
      let script = """
        "$LORA" generate "\(model.path)" Hi --tokens 100000000 --quiet > text &
        while [ $(wc -c < text) -lt 100 ]; do sleep 0.05; done
        kill -INT $!; wait $!
        """
      // A shell's background jobs ignore the signal unless it is given back.
      let run = try Tool.shell("set -m\n" + script, in: folder.root)
      #expect(run.exitCode == 130, "\(run.errorText)")
      let text = try String(contentsOfFile: folder.path("text"), encoding: .utf8)
      #expect(text.utf8.count >= 100)
    }
  }
}
