import TestSupport
import Testing

/// Files made for `verify`, a question, and its answer.
private struct Question: Sendable, CustomTestStringConvertible {
  let arguments: String
  let exitCode: Int32
  let answer: String
  let part: String

  init(_ arguments: String, _ exitCode: Int32, _ answer: String, _ part: String) {
    (self.arguments, self.exitCode) = (arguments, exitCode)
    (self.answer, self.part) = (answer, part)
  }

  var testDescription: String { arguments }
}

private let questions = [
  Question(
    "merged --base base --adapter adapter", 0, "holds", "holds adapter: all 3 modules are exact"),
  Question("merged.safetensors.gz --base base --adapter adapter", 0, "holds", "are exact"),
  Question(
    "half --base base --adapter adapter", 1, "does not hold",
    "holds adapter at 0.5 times its weight, in all 3 modules"),
  Question("half --base base --adapter adapter@0.5", 0, "holds", "holds adapter@0.5"),
  Question(
    "base --base base --adapter adapter", 1, "does not hold", "all 3 modules are as in the base"),
  Question(
    "two --base base --adapter adapter --adapter other@0.25", 0, "holds", "all 3 modules are exact"),
  Question("steps --base base --adapter adapter --adapter other", 0, "holds", "are exact"),
  Question(
    "two --base base --adapter adapter", 1, "does not hold", "and something else as well"),
  Question(
    "merged --base base --adapter adapter --adapter other", 1, "does not hold",
    "adapter as given, other left out"),
  Question("merged --base base --among other --among adapter", 0, "holds", "holds adapter"),
  Question(
    "two --base base --among other --among adapter", 0, "holds",
    "holds other@0.25 and adapter: all 3 modules are within rounding"),
  Question(
    "base --base base --among other --among adapter", 1, "does not hold",
    "holds none of the 2 adapters"),
  Question(
    "bf16 --base bf16 --adapter faint", 2, "cannot be told", "below the rounding of the weights"),
]

/// `lora verify` asked about adapters.
@Suite struct VerifyTests {
  private static let preparation = """
    set -e
    cp -r $FIXTURES/merge/bases/mlp-f32 base
    cp -r $FIXTURES/merge/mlp-plain/adapter adapter
    "$LORA" combine adapter@1e-9 -o faint --quiet
    "$LORA" resize adapter --rank 1 -o other --quiet
    "$LORA" convert base -o bf16 --dtype bf16 --quiet
    "$LORA" merge base adapter -o merged --quiet
    "$LORA" convert merged -o merged.safetensors.gz --gzip --quiet
    "$LORA" merge base adapter@0.5 -o half --quiet
    "$LORA" merge base adapter other@0.25 -o two --quiet
    "$LORA" merge merged other -o steps --quiet
    """

  @Test func `each question has its answer, its exit status and its one line`() throws {
    try ScratchFolder.with { scratch in
      let made = try Tool.shell(
        Self.preparation, in: scratch.root,
        environment: ["FIXTURES": Fixtures.packageRoot + "/fixtures"])
      #expect(made.exitCode == 0, "\(made.errorText)")
      for question in questions {
        let words = ["verify"] + question.arguments.split(separator: " ").map(String.init)
        let result = try Tool.run(words + ["--json"], in: scratch.root)
        let json = try LooseJSON(parsing: result.output)
        #expect(result.exitCode == question.exitCode, "\(question.arguments)")
        #expect(json["answer"]?.text == question.answer, "\(question.arguments)")
        let verdict = json["verdict"]?.text ?? ""
        #expect(verdict.contains(question.part), "\(question.arguments): \(verdict)")
        #expect(!result.errorText.contains("error"), "\(result.errorText)")
        let text = try Tool.run(words, in: scratch.root)
        #expect(text.text.hasSuffix(verdict + "\n"), "\(text.text)")
        let quiet = try Tool.run(words + ["--quiet"], in: scratch.root)
        #expect(quiet.exitCode == question.exitCode && quiet.text == "")
      }
    }
  }

  @Test(arguments: [
    ("f --adapter a", "--adapter needs --base"), ("f --among a", "--among needs --base"),
    (
      "f --base b --adapter a --among c",
      "--adapter says what is in it, and --among asks; give one of them"
    ),
    ("f --base b --fingerprint 0", "--base and --fingerprint exclude each other"),
  ])
  func `a question that makes no sense is refused`(_ arguments: String, _ problem: String) throws {
    let result = try Tool.run(["verify"] + arguments.split(separator: " ").map(String.init))
    #expect(result.exitCode == 64)
    #expect(result.errorText.contains(problem), "\(result.errorText)")
  }

  @Test func `threads change no word of the answer`() throws {
    try ScratchFolder.with { scratch in
      _ = try Tool.shell(
        Self.preparation, in: scratch.root,
        environment: ["FIXTURES": Fixtures.packageRoot + "/fixtures"])
      let answers = try [1, 2, 7].map { threads in
        let result = try Tool.run(
          ["verify", "two", "--base", "base", "--adapter", "adapter", "--threads", "\(threads)"]
            + ["--json"], in: scratch.root)
        return result.text.split(separator: "\n").filter { !$0.contains("\"seconds\"") }
      }
      #expect(Set(answers).count == 1)
    }
  }
}
