import TestSupport
import Testing

/// The adaptation story on the bundled spirals.
@Suite struct TrainingStoryTests {
  static let base = Fixtures.path("spirals/base")
  static let plain = Fixtures.path("spirals/plain.csv")
  static let rotated = Fixtures.path("spirals/rotated.csv")

  /// A run with nothing left to the defaults, and a rate that falls: at a constant one the loss still
  /// jumps in the last steps, and where it stands at the end is a matter of seed and processor.
  static let run = [
    "--optimizer", "adamw", "--learning-rate", "0.01", "--weight-decay", "0", "--batch-size", "32",
    "--steps", "1500", "--schedule", "cosine", "--warmup", "0.05", "--holdout", "0",
  ]

  private func json(_ arguments: [String]) throws -> LooseJSON {
    let result = try Tool.run(arguments + ["--json"])
    #expect(result.exitCode == 0, "\(result.errorText)")
    return try LooseJSON(parsing: result.output)
  }

  /// The numbers of the CSV that `predict` writes, without its first column.
  private func logits(_ arguments: [String]) throws -> [Double] {
    let result = try Tool.run(["predict"] + arguments + ["--logits"])
    #expect(result.exitCode == 0, "\(result.errorText)")
    return result.text.split(separator: "\n").dropFirst()
      .flatMap { $0.split(separator: ",").dropFirst().compactMap { Double($0) } }
  }

  /// Over 24 runs, eight seeds on three kinds of processor, the networks ended between 0.963 and
  /// 0.967, the adapted ones between 0.950 and 0.960, and began between 0.24 and 0.29.
  @Test(arguments: 0..<4)
  func `an adapter of 1,044 parameters brings a network back to its accuracy`(
    seed: Int
  ) throws {
    try ScratchFolder.with { scratch in
      let base = scratch.path("base")
      let run = Self.run + ["--seed", "\(seed)"]
      let pretrained = try json(
        ["pretrain", Self.plain, "--hidden", "64,64", "-o", base] + run)
      let accuracy = try #require(pretrained["metrics"]?[0]?["accuracy"]?.number)
      #expect(accuracy >= 0.93)
      #expect(pretrained["base_parameters"]?.number == 4547)
      let adapter = ["--rank", "4", "--alpha", "8", "--init", "kaiming"]
      for (extra, parameters) in [(adapter, 1044.0), (["--full"], 4547)] {
        let trained = try json(
          ["train", base, Self.rotated, "-o", scratch.path("out"), "--force"] + run + extra)
        #expect(trained["trained_parameters"]?.number == parameters)
        #expect(trained["base_parameters"]?.number == 4547)
        #expect(try #require(trained["metrics"]?[0]?["accuracy"]?.number) <= 0.4)
        let adapted = try #require(trained["metrics"]?[1]?["accuracy"]?.number)
        #expect(adapted >= 0.92 && abs(adapted - accuracy) <= 0.04, "\(extra)")
      }
    }
  }

  @Test func `the merged network predicts what base and adapter do`() throws {
    try ScratchFolder.with { scratch in
      let (adapter, merged) = (scratch.path("adapter"), scratch.path("merged"))
      _ = try json(["train", Self.base, Self.rotated, "-o", adapter] + Self.run)
      #expect(try Tool.run(["merge", Self.base, adapter, "-o", merged]).exitCode == 0)
      let apart = try logits([Self.base, Self.rotated, "--adapter", adapter])
      let together = try logits([merged, Self.rotated])
      #expect(apart.count == 900)
      #expect(Tolerance(absolute: 1e-5).complaint(together, apart) == nil)
      let scores = try [
        json(["eval", Self.base, Self.rotated, "--adapter", adapter]),
        json(["eval", merged, Self.rotated]),
      ]
      #expect(scores[0]["accuracy"] == scores[1]["accuracy"])
      #expect(scores[0]["rows"]?.number == 300)
    }
  }

  @Test func `the same seed gives the same bytes, another seed others`() throws {
    try ScratchFolder.with { scratch in
      func adapter(_ name: String, _ extra: [String]) throws -> [UInt8] {
        let output = scratch.path(name + ".safetensors")
        let result = try Tool.run(
          ["train", Self.base, Self.rotated, "--epochs", "3", "--threads", "2", "-o", output]
            + SpelledRun.plain + extra)
        #expect(result.exitCode == 0, "\(result.errorText)")
        return try scratch.read(name + ".safetensors")
      }
      let one = try adapter("one", [])
      #expect(try adapter("same", ["--seed", "0"]) == one)
      #expect(try adapter("other", ["--seed", "1"]) != one)
    }
  }

  @Test func `tables and adapters flow through pipes`() throws {
    try ScratchFolder.with { scratch in
      let script = """
        $LORA synth spirals --rotation 1.2 \
          | $LORA train \(Self.base) - --epochs 2 --quiet -o - \
          | $LORA merge \(Self.base) - --quiet -o merged.safetensors
        $LORA synth spirals | gzip | $LORA eval merged.safetensors - --json
        """
      let result = try Tool.shell(script, in: scratch.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
      #expect(try LooseJSON(parsing: result.output)["rows"]?.number == 300)
    }
  }

  @Test(arguments: [
    "$LORA synth spirals --points 100000", "$LORA predict BASE big.csv",
    "$LORA train BASE big.csv --epochs 1 --hidden-none -o -",
  ])
  func `a reader that closes early is met with silence`(command: String) throws {
    try ScratchFolder.with { scratch in
      let line = command.replacing("BASE", with: Self.base).replacing(" --hidden-none", with: "")
      let script = """
        $LORA synth spirals --points 30000 > big.csv
        (sleep 0.3; \(line)) | head -c 0; echo ${PIPESTATUS[0]}
        """
      let result = try Tool.shell(script, in: scratch.root)
      #expect(result.text == "141\n")
      #expect(result.errorText == "")
    }
  }

  @Test func `words become classes in sorted order, and predictions bear their names`() throws {
    try ScratchFolder.with { scratch in
      let rows = "x,y\n1,\"b,1\"\n-1,a\n2,\"b,1\"\n-2,a\n"
      try scratch.write(rows, to: "words.csv")
      try scratch.write("x\n3\n-3\n", to: "new.csv")
      _ = try json(
        ["pretrain", scratch.path("words.csv"), "--hidden", "8", "-o", scratch.path("net")]
          + Self.run)
      let result = try Tool.run(["predict", scratch.path("net"), scratch.path("new.csv")])
      let lines = result.text.split(separator: "\n")
      #expect(lines.first == "class,p(a),\"p(b,1)\"")
      #expect(lines[1].hasPrefix("\"b,1\",") && lines[2].hasPrefix("a,"))
    }
  }

  @Test func `a regression is learnt and scored as one`() throws {
    try ScratchFolder.with { scratch in
      let rows = (0..<64).map { "\(Double($0) / 32 - 1),\(Double($0) / 16 - 1.5)\n" }.joined()
      try scratch.write("x,y\n" + rows, to: "line.csv")
      let report = try json(
        ["pretrain", scratch.path("line.csv"), "--hidden", "16", "-o", scratch.path("net")]
          + Self.run)
      #expect(try #require(report["metrics"]?[0]?["r2"]?.number) > 0.99)
      let score = try json(["eval", scratch.path("net"), scratch.path("line.csv")])
      #expect(try #require(score["rmse"]?.number) < 0.1)
      let predictions = try Tool.run(["predict", scratch.path("net"), scratch.path("line.csv")])
      #expect(predictions.text.hasPrefix("y\n"))
    }
  }
}
