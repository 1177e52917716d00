import TestSupport
import Testing

/// What `train` and its siblings refuse: one line, the right exit code, and nothing written.
@Suite struct TrainingRefusalTests {
  struct Refusal: CustomTestStringConvertible {
    let about: String
    var table = "x1,x2,label\n0.5,1,0\n1,2,1\n"
    var extra: [String] = []
    let code: Int32
    /// After `lora: error: `, with TABLE, BASE and OUT for the paths.
    let message: String

    var testDescription: String { about }
  }

  static let refusals = [
    Refusal(
      about: "a ragged row", table: "x1,x2,label\n1,2,0\n\n3,4\n", code: 65,
      message: "TABLE: line 4: 2 fields, the header has 3"),
    Refusal(
      about: "text where a number belongs", table: "x1,x2,label\n1,2,0\n3,oops,1\n", code: 65,
      message: "TABLE: line 3: column \"x2\": \"oops\" is not a decimal number"),
    Refusal(
      about: "a label beyond the outputs", table: "x1,x2,label\n1,2,0\n3,4,3\n", code: 65,
      message: "TABLE: line 3: column \"label\": label 3 is out of range; class ids are 0 to 2"),
    Refusal(
      about: "words for ids", table: "x1,x2,label\n1,2,1.0\n3,4,b\n", code: 65,
      message: "TABLE: line 3: column \"label\": label \"b\" is a word, the network's classes are "
        + "the ids 0 to 2; replace each word by its id"),
    Refusal(
      about: "a column too few", table: "x1,label\n1,0\n", code: 65,
      message:
        "TABLE: line 1: column \"x2\": no such column; there are \"x1\", \"label\""),
    Refusal(
      about: "a target that is not there", extra: ["--target", "y"], code: 65,
      message:
        "TABLE: line 1: column \"y\": no such column; there are \"x1\", \"x2\", \"label\""),
    Refusal(
      about: "values for three outputs", extra: ["--task", "regression"], code: 65,
      message: "BASE: the network has 3 outputs, which does not go with regression; "
        + "choose another --task or network"),
    Refusal(
      about: "a module that is not there", extra: ["--target-modules", "0,fc"], code: 65,
      message: "BASE: no module is called \"fc\"; there are \"0\", \"2\", \"4\""),
    Refusal(
      about: "a rate that runs away", extra: ["--learning-rate", "1e30"] + SpelledRun.plain,
      code: 65,
      message: "training: step 2: "),
    Refusal(
      about: "rank and a starting adapter", extra: ["--rank", "2", "--init-adapter", "a"], code: 64,
      message: "--init-adapter says rank, modules and how they begin; leave --rank, "
        + "--target-modules, --rank-pattern, --alpha-pattern and --init out; "
        + "see 'lora help train'"),
    Refusal(
      about: "an adapter's option with --full", extra: ["--full", "--rslora"], code: 64,
      message: "--full trains no adapter; leave the adapter's options out; see 'lora help train'"),
  ]

  @Test(arguments: refusals)
  func `bad input ends in one line and writes nothing`(refusal: Refusal) throws {
    try ScratchFolder.with { scratch in
      let table = try scratch.write(refusal.table, to: "table.csv")
      let base = TrainingStoryTests.base
      let result = try Tool.run(
        ["train", base, table, "--quiet", "-o", scratch.path("out")] + refusal.extra)
      let message = refusal.message.replacing("TABLE", with: table).replacing("BASE", with: base)
      #expect(result.exitCode == refusal.code)
      #expect(result.errorLines.count == 1)
      #expect(result.errorText.hasPrefix("lora: error: " + message), "\(result.errorText)")
      #expect(result.text == "")
      #expect(try scratch.names() == ["table.csv"])
    }
  }

  @Test func `a missing table, and a table that is no text`() throws {
    try ScratchFolder.with { scratch in
      let missing = try Tool.run(
        ["train", TrainingStoryTests.base, scratch.path("none.csv"), "-o", scratch.path("out")])
      #expect(missing.exitCode == 66 && missing.errorLines.count == 1)
      #expect(missing.errorText.contains("none.csv"))
      let weights = TrainingStoryTests.base + "/model.safetensors"
      let binary = try Tool.run(
        ["train", TrainingStoryTests.base, weights, "-o", scratch.path("out")])
      #expect(binary.exitCode == 65 && binary.errorLines.count == 1)
      #expect(try scratch.names().isEmpty)
    }
  }

  @Test func `a base that cannot be computed with is refused by tensor`() throws {
    try ScratchFolder.with { scratch in
      let header = #"{"0.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}"#
      let bytes = RawSafetensors.bytes(header: header, data: [0, 0, 0, 0, 0, 0, 0xC0, 0x7F])
      let infected = try scratch.write(bytes, to: "nan.safetensors")
      let table = try scratch.write("a,b,y\n1,2,0.5\n", to: "t.csv")
      let result = try Tool.run(["train", infected, table, "-o", scratch.path("out")])
      #expect(result.exitCode == 65)
      #expect(
        result.errorText == "lora: error: \(infected): tensor \"0.weight\": element 1 is nan; "
          + "a network with such weights cannot be computed\n")
      let convolution = Fixtures.path("merge/bases/cnn-f32")
      let other = try Tool.run(["train", convolution, table, "-o", scratch.path("out")])
      #expect(other.exitCode == 65 && other.errorLines.count == 1)
      #expect(other.errorText.contains("is neither a weight [out, in] nor a bias [out]"))
      #expect(try scratch.names() == ["nan.safetensors", "t.csv"])
    }
  }

  @Test func `a table of one class teaches nothing`() throws {
    let result = try Tool.run(
      ["pretrain", "-", "-o", "never"], input: Array("x,y\n1,0\n2,0\n".utf8))
    #expect(result.exitCode == 65)
    #expect(
      result.errorText == "lora: error: standard input: column \"y\": all labels are of one "
        + "class; there is nothing to tell apart\n")
  }

  @Test func `an existing output is kept unless --force is given`() throws {
    try ScratchFolder.with { scratch in
      let output = try scratch.write("mine", to: "out.safetensors")
      let arguments = [
        "train", TrainingStoryTests.base, TrainingStoryTests.rotated, "--epochs", "1", "--quiet",
        "-o", output,
      ]
      let refused = try Tool.run(arguments)
      #expect(refused.exitCode == 73 && refused.errorLines.count == 1)
      #expect(try scratch.read("out.safetensors") == Array("mine".utf8))
      #expect(try Tool.run(arguments + ["--force"]).exitCode == 0)
      #expect(try scratch.read("out.safetensors") != Array("mine".utf8))
    }
  }

  @Test func `an adapter of another base is refused, an unknown label named`() throws {
    try ScratchFolder.with { scratch in
      let table = try scratch.write("x1,x2,label\n1,2,up\n3,4,down\n", to: "words.csv")
      let other = scratch.path("other")
      let made = try Tool.run(
        ["pretrain", table, "--hidden", "64,64", "--steps", "3", "-o", other, "--quiet"]
          + SpelledRun.fresh)
      #expect(made.exitCode == 0)
      let adapter = scratch.path("adapter")
      let trained = try Tool.run(
        ["train", other, table, "--epochs", "1", "-o", adapter, "--quiet"] + SpelledRun.plain)
      #expect(trained.exitCode == 0, "\(trained.errorText)")
      let wrong = try Tool.run(
        ["eval", TrainingStoryTests.base, TrainingStoryTests.plain, "--adapter", adapter])
      #expect(wrong.exitCode == 65 && wrong.errorLines.count == 1)
      #expect(wrong.errorText.contains("is not the base of the adapter \(adapter)"))
      let unknown = try scratch.write("x1,x2,label\n1,2,up\n3,4,left\n", to: "left.csv")
      let result = try Tool.run(["eval", other, unknown])
      #expect(result.exitCode == 65)
      #expect(
        result.errorText == "lora: error: \(unknown): line 3: column \"label\": label \"left\" is "
          + "unknown to the network; it knows \"down\", \"up\"\n")
    }
  }

  @Test func `a run that diverges leaves its log`() throws {
    try ScratchFolder.with { scratch in
      let result = try Tool.run([
        "train", TrainingStoryTests.base, TrainingStoryTests.rotated, "--learning-rate", "1e30",
        "--holdout", "0", "--schedule", "constant", "--warmup", "0", "--log", scratch.path("log"),
        "-o", scratch.path("out"),
      ])
      #expect(result.exitCode == 65)
      #expect(try scratch.names() == ["log"])
      #expect(try scratch.read("log").contains(UInt8(ascii: "\n")))
    }
  }
}
