import Foundation
import TestSupport
import Testing

/// `lora train` on text, as a person uses it.
@Suite struct TextTrainingTests {
  static let chatTemplate =
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>;{% endfor %}"
    + "{% if add_generation_prompt %}<assistant>{% endif %}"

  /// Conversations with one answer, a line each.
  static func conversations(_ count: Int) -> String {
    (0..<count).map { row in
      """
      {"messages": [{"role": "user", "content": "q\(row)"}, \
      {"role": "assistant", "content": "yes yes"}]}

      """
    }.joined()
  }

  static func train(
    _ model: SmallTextModel, _ data: String, _ extra: [String] = [], in folder: ScratchFolder,
    environment: [String: String] = [:]
  ) throws -> LooseJSON {
    let result = try Tool.run(
      ["train", model.path, data, "--steps", "6", "--json", "-o", folder.path("adapter")]
        + ["--force"] + (extra.contains("--init-adapter") ? [] : ["--rank", "2"]) + extra,
      in: folder.root, environment: environment)
    #expect(result.exitCode == 0, "\(result.errorText)")
    return try LooseJSON(parsing: result.output)
  }

  static func model(in folder: ScratchFolder) throws -> SmallTextModel {
    try SmallTextModel("qwen3", in: folder, chatTemplate: chatTemplate)
  }

  @Test func `a conversation's answers are learned, and rows held out say how well`() throws {
    try ScratchFolder.with { folder in
      let model = try Self.model(in: folder)
      let data = try folder.write(Self.conversations(40), to: "chat.jsonl")
      let report = try Self.train(
        model, data, ["--holdout", "0.25", "--learning-rate", "0.02"], in: folder)
      #expect(report["form"]?.text == "messages")
      #expect(report["rows"]?.number == 30 && report["validation_rows"]?.number == 10)
      // "yes yes" and the token that ends it.
      #expect(report["tokens_learned"]?.number == 240)
      let metrics = try #require(report["metrics"]?.items)
      let losses = metrics.compactMap { $0["loss"]?.number }
      #expect(losses.count == 2 && losses[1] < losses[0])
      #expect(report["sample"]?["before"]?.text != report["sample"]?["after"]?.text)
      #expect(report["batch_size"]?.number == 16 && report["clip_norm"]?.number == 1)
      #expect(report["learning_rate"]?.number == 0.02)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("adapter"))
      #expect(
        Set(names) == [
          "adapter_config.json", "adapter_model.safetensors", "tokenizer.json",
          "chat_template.jinja",
        ])
      let settings = try LooseJSON(parsing: folder.read("adapter/adapter_config.json"))
      #expect(settings["task_type"]?.text == "CAUSAL_LM" && settings["r"]?.number == 2)
      let targets = try #require(settings["target_modules"]?.items).compactMap(\.text)
      #expect(targets.count == 14 && !targets.contains("lm_head"))
    }
  }

  @Test func `eval with the adapter finds the loss that the run ended with`() throws {
    try ScratchFolder.with { folder in
      let model = try Self.model(in: folder)
      let data = try folder.write(Self.conversations(20), to: "chat.jsonl")
      let held = try folder.write(Self.conversations(5), to: "held.jsonl")
      let report = try Self.train(model, data, ["--validation", held], in: folder)
      let loss = try #require(report["metrics"]?[1]?["loss"]?.number)
      let scored = try Tool.run(
        ["eval", model.path, held, "--adapter", folder.path("adapter"), "--json"])
      #expect(scored.exitCode == 0, "\(scored.errorText)")
      let found = try #require(LooseJSON(parsing: scored.output)["loss"]?.number)
      #expect(abs(found - loss) < 1e-6)
    }
  }

  @Test func `before it starts a run says what it found and what it will do`() throws {
    try ScratchFolder.with { folder in
      let model = try Self.model(in: folder)
      try folder.write(Self.conversations(40), to: "chat.jsonl")
      let result = try Tool.run(
        ["train", model.path, "chat.jsonl", "--steps", "2", "-o", "a"], in: folder.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
      for line in [
        "texts       chat.jsonl: 40 rows of messages\n", "320 of them learned", "template ",
        "ends at     </s> (2)\n", "«|y|e|s| |y|e|s|</s>|»|;\n",
        "validation  none: no rows are held out",
        "trained     LoRA of rank 16, alpha 32", "optimizer   adamw, learning rate 0.0002",
        "gradient norm at most 1.0\n", "batches     16 rows", "tokens/s, by a step that was tried",
      ] {
        #expect(result.errorText.contains(line), "\(line): \(result.errorText)")
      }
    }
  }

  @Test(arguments: [
    ("txt", "abc def abc def abc def\n", "text"), ("csv", "text\nabc abc\ndef def\n", "text"),
    ("csv", "prompt,completion\nab,cd\nef,gh\n", "prompt + completion"),
    ("jsonl", #"{"instruction": "a", "input": "b", "output": "c"}"#, "instruction + output"),
    (
      "json",
      "[{\"conversations\": [{\"from\": \"human\", \"value\": \"a\"}, "
        + "{\"from\": \"gpt\", \"value\": \"b\"}]}]", "conversations"
    ),
    ("jsonl", "{\"input_ids\": [5, 6, 7], \"labels\": [-100, 6, 7]}\n", "input_ids"),
  ])
  func `every form is found by looking`(ending: String, text: String, form: String) throws {
    try ScratchFolder.with { folder in
      let model = try Self.model(in: folder)
      let data = try folder.write(text, to: "data.\(ending)")
      #expect(try Self.train(model, data, in: folder)["form"]?.text == form)
    }
  }

  @Test func `what is too long is cut, parted or refused, and said`() throws {
    try ScratchFolder.with { folder in
      let model = try Self.model(in: folder)
      let long = String(repeating: "a", count: 60)
      let rows = """
        {"prompt": "\(long)", "completion": "b"}
        {"prompt": "a", "completion": "b"}
        {"prompt": "a", "completion": "\(long)"}

        """
      let data = try folder.write(rows, to: "rows.jsonl")
      let run = ["train", model.path, data, "--steps", "1", "--max-tokens", "40", "-o", "a"]
      let cut = try Tool.run(run + ["--json"], in: folder.root)
      #expect(cut.exitCode == 0)
      #expect(
        cut.errorText.contains("1 row with nothing to learn within 40 tokens left out: line 1\n"))
      #expect(cut.errorText.contains("the end of 2 rows is cut off after 40 tokens"))
      let report = try LooseJSON(parsing: cut.output)
      #expect(report["rows"]?.number == 2 && report["rows_cut"]?.number == 2)
      #expect(report["rows_left_out"]?.items?.compactMap(\.number) == [1])
      let refused = try Tool.run(run + ["--too-long", "fail", "--force"], in: folder.root)
      #expect(refused.exitCode == 65)
      #expect(refused.errorText.contains("rows.jsonl:1: "))
      #expect(refused.errorText.contains("the answer begins at"))
      #expect(refused.errorText.contains("rows.jsonl:3: "))
      let text = try folder.write(String(repeating: "abc ", count: 50), to: "one.txt")
      let parted = try Self.train(model, text, ["--max-tokens", "21"], in: folder)
      #expect(parted["rows"]?.number == 10 && parted["tokens_learned"]?.number == 199)
    }
  }

  @Test func `a system that the template leaves out is said`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel(
        "qwen3", in: folder,
        chatTemplate: "{% for m in messages %}{% if m.role != 'system' %}<{{ m.role }}>"
          + "{{ m.content }}</s>{% endif %}{% endfor %}"
          + "{% if add_generation_prompt %}<assistant>{% endif %}")
      let data = try folder.write(Self.conversations(4), to: "chat.jsonl")
      let rows = try folder.write(
        """
        {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "q"}, \
        {"role": "assistant", "content": "a"}]}
        """, to: "system.jsonl")
      let run = ["train", model.path, "--steps", "1", "--quiet", "-o"]
      let said = try Tool.run(run + ["a", rows], in: folder.root)
      #expect(said.errorText.contains("the template leaves out what the system says in 1 row"))
      #expect(try Tool.run(run + ["b", data], in: folder.root).errorText.isEmpty)
    }
  }

  @Test func `a classifier learns its labels, and its head is stored`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("distilbert", in: folder)
      let rows = (0..<60).map { ["good good", "bad bad", "so so"][$0 % 3] + ",LABEL_\($0 % 3)\n" }
      let data = try folder.write("text,label\n" + rows.joined(), to: "rows.csv")
      let report = try Self.train(
        model, data, ["--steps", "60", "--holdout", "0.2", "--learning-rate", "0.01"], in: folder)
      #expect(report["metrics"]?[1]?["accuracy"]?.number == 1)
      let settings = try LooseJSON(parsing: folder.read("adapter/adapter_config.json"))
      #expect(settings["task_type"]?.text == "SEQ_CLS")
      #expect(settings["modules_to_save"]?.items?.compactMap(\.text) == ["classifier"])
      let tensors = try StoredTensors(path: folder.path("adapter/adapter_model.safetensors"))
        .tensors
      #expect(tensors["base_model.model.classifier.weight"] != nil)
      #expect(tensors["base_model.model.classifier.bias"] != nil)
    }
  }

  @Test(arguments: [
    ("--target=y", "--target is for tables"), ("--no-header", "--no-header is for tables"),
    ("--activation=gelu", "--activation is for tables"), ("--full", "--full is for tables"),
    ("--compare-full", "--compare-full is for tables"),
    ("--class-weights=balanced", "--class-weights is for tables"),
    ("--target-modules=nowhere", "no module is called \"nowhere\""),
    ("--modules-to-save=lm_head", "is the embedding once more"),
  ])
  func `what is not for text is refused by name`(option: String, words: String) throws {
    try ScratchFolder.with { folder in
      let model = try Self.model(in: folder)
      let data = try folder.write(Self.conversations(4), to: "chat.jsonl")
      let result = try Tool.run(["train", model.path, data, option, "-o", "a"], in: folder.root)
      #expect(result.exitCode == 64 || result.exitCode == 65)
      #expect(result.errorText.contains(words), "\(result.errorText)")
      #expect(!FileManager.default.fileExists(atPath: folder.path("a")))
    }
  }

  @Test func `a row of a file is shown with what is learned of it`() throws {
    try ScratchFolder.with { folder in
      let model = try Self.model(in: folder)
      let data = try folder.write(Self.conversations(3), to: "chat.jsonl")
      let result = try Tool.run(["tokenize", model.path, "--data", data, "--row", "2", "--json"])
      #expect(result.exitCode == 0, "\(result.errorText)")
      let row = try LooseJSON(parsing: result.output)
      #expect(row["line"]?.number == 2 && row["learned_count"]?.number == 8)
      let learned = try #require(row["tokens"]?.items).filter { $0["learned"]?.text == "learned" }
      let pieces = ["y", "e", "s", " ", "y", "e", "s", "</s>"].map { "\"\($0)\"" }
      #expect(learned.compactMap { $0["piece"]?.text } == pieces)
      let beyond = try Tool.run(["tokenize", model.path, "--data", data, "--row", "4"])
      #expect(beyond.exitCode == 65 && beyond.errorText.contains("has no row 4; there are 3"))
    }
  }

  @Test func `what is for text is refused on tables`() throws {
    try ScratchFolder.with { folder in
      let result = try Tool.run(
        ["train", TrainingStoryTests.base, TrainingStoryTests.plain, "--pack", "-o", "a"],
        in: folder.root)
      #expect(result.exitCode == 64)
      #expect(result.errorText.contains("--pack is for models of text"))
    }
  }
}
