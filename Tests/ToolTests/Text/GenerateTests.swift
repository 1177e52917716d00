import Foundation
import TestSupport
import Testing

@Suite struct GenerateTests {
  private struct Golden: Decodable {
    struct Row: Decodable {
      let prompt: [Int]
      let greedy: [Int]
    }
    let rows: [Row]
  }

  private struct Answer: Decodable, Equatable {
    let text: String
    let ids: [Int]
    let prompt_tokens: Int
    let end: String
  }

  private static let chatTemplate =
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}"
    + "{% if add_generation_prompt %}<assistant>{% endif %}"

  private func answer(_ arguments: [String], input: String = "") throws -> Answer {
    let run = try Tool.run(["generate"] + arguments + ["--json"], input: Array(input.utf8))
    #expect(run.exitCode == 0, "\(run.errorText)")
    return try JSONDecoder().decode(Answer.self, from: Data(run.output))
  }

  @Test(arguments: ["llama-rope-llama3", "qwen3", "gpt2", "gemma2", "mixtral", "phi"])
  func `the most probable text is the one that transformers makes`(name: String) throws {
    let golden = try Fixtures.json("text/models/\(name)/expected/generate.json", as: Golden.self)
    try ScratchFolder.with { folder in
      let model = try SmallTextModel(name, in: folder)
      for row in golden.rows where row.prompt.allSatisfy({ $0 > 2 }) {
        let prompt = SmallTextModel.text(of: row.prompt)
        let answer = try answer([model.path, "--tokens", "\(row.greedy.count)"], input: prompt)
        let greedy = row.greedy.filter { $0 != 2 }
        #expect(answer.ids == greedy)
        #expect(answer.prompt_tokens == row.prompt.count)
        #expect(answer.text == SmallTextModel.text(of: greedy.filter { $0 > 2 }))
      }
    }
  }

  @Test func `an adapter beside the model writes what the merged model writes`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder)
      let adapter = Fixtures.path("text/models/qwen3/expected/adapter")
      let merged = folder.path("merged")
      #expect(try Tool.run(["merge", model.path, adapter, "-o", merged]).exitCode == 0)
      let beside = try answer([model.path, "Hello there", "--adapter", adapter])
      #expect(try answer([merged, "Hello there"]) == beside)
      #expect(try answer([model.path, "Hello there"]) != beside)
    }
  }

  @Test func `the same seed writes the same text with any threads and instruction set`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("llama-biases", in: folder)
      var texts: Set<String> = []
      for (threads, set) in [("1", "portable"), ("2", "portable"), ("3", nil), ("1", nil)] {
        let run = try Tool.run(
          ["generate", model.path, "Once", "--temperature", "1.3", "--seed", "7", "--tokens", "40"]
            + ["--threads", threads],
          environment: set.map { ["LORA_INSTRUCTION_SET": $0] } ?? [:])
        #expect(run.exitCode == 0)
        texts.insert(run.text)
      }
      #expect(texts.count == 1)
    }
  }

  @Test func `a conversation is written with the model's template`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder, chatTemplate: Self.chatTemplate)
      let plain = try answer([model.path, "--tokens", "5"], input: "<user>Hi</s><assistant>")
      #expect(try answer([model.path, "Hi", "--chat", "--tokens", "5"]) == plain)
      let system = try answer([model.path, "Hi", "--chat", "--system", "S", "--tokens", "5"])
      #expect(system.prompt_tokens == plain.prompt_tokens + "<system>S".count + 1)
    }
  }

  @Test func `a text ends before a word that stops it`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("llama-biases", in: folder)
      let whole = try answer([model.path, "Once upon", "--tokens", "12"])
      try #require(whole.text.count > 4)
      let word = String(whole.text.dropFirst(2).prefix(2))
      let stopped = try answer([model.path, "Once upon", "--tokens", "12", "--stop", word])
      #expect(stopped.end == "stop")
      #expect(whole.text.hasPrefix(stopped.text + word))
      #expect(!stopped.text.contains(word))
    }
  }

  @Test func `each line of stdin is answered by a line`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder)
      let lines = "\"Hello\"\n{\"prompt\": \"Hello\"}\n\n{\"text\": \"Hi\"}\n"
      let run = try Tool.run(
        ["generate", model.path, "--jsonl", "--tokens", "3"], input: Array(lines.utf8))
      let answers = try run.text.split(separator: "\n").map {
        try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
      }
      #expect(answers.count == 3)
      #expect(answers.first == answers.dropFirst().first)
    }
  }

  @Test(arguments: [
    (["Hi", "--top-k", "3"], "", Int32(64), "give --temperature"),
    (["Hi", "--chat"], "", 65, "has no chat template"),
    (["Hi", "--system", "S"], "", 64, "--system goes with --chat"),
    ([""], "", 65, "the prompt cannot be read: there are no tokens"),
    (["--jsonl"], "{", 65, "-: line 1: byte"),
    (["--jsonl"], "3", 65, "-: line 1: expected a string, or an object"),
    (["--jsonl"], "{\"messages\": []}", 65, "expected --chat for what has"),
    (["Hi", "--tokens", "0"], "", 64, "--tokens is 0"),
    (["Hi", "--stop", ""], "", 64, "--stop must not be empty"),
  ])
  func `what cannot be done is said in one line`(
    arguments: [String], input: String, code: Int32, words: String
  ) throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("qwen3", in: folder)
      let run = try Tool.run(["generate", model.path] + arguments, input: Array(input.utf8))
      #expect(run.exitCode == code)
      #expect(run.errorLines.last?.contains(words) == true, "\(run.errorText)")
    }
  }

  @Test func `models that make no text, and folders without a tokenizer, are refused`() throws {
    try ScratchFolder.with { folder in
      let classifier = try SmallTextModel("roberta", in: folder)
      let refusal = try Tool.run(["generate", classifier.path, "Hi"])
      #expect(refusal.exitCode == 65)
      #expect(refusal.errorText.contains("has no head that foretells tokens"))
      let bare = Fixtures.path("text/models/qwen3/base")
      let run = try Tool.run(["generate", bare, "Hi"])
      #expect(run.errorText.contains("has no tokenizer.json"))
      try folder.copy(bare, as: "sentencepiece")
      try folder.write("", to: "sentencepiece/tokenizer.model")
      let other = try Tool.run(["generate", folder.path("sentencepiece"), "Hi"])
      #expect(other.errorText.contains("has a tokenizer.model"))
    }
  }

  @Test func `a reader that leaves ends it quietly`() throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel("llama-biases", in: folder)
      let run = try Tool.shell(
        "$LORA generate \(model.path) Once --quiet --tokens 50 | head -c 1; echo ${PIPESTATUS[0]}")
      #expect(run.text.hasSuffix("141\n") || run.text.hasSuffix("0\n"))
      #expect(run.errorText.isEmpty)
    }
  }
}
