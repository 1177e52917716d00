import TestSupport
import Testing

/// What a run says before and after it, and full fine-tuning beside it.
@Suite struct ComparisonTests {
  private static let base = TrainingStoryTests.base
  private static let table = TrainingStoryTests.rotated

  @Test(
    arguments: [
      (["--optimizer", "adamw"], 8), (["--optimizer", "sgd"], 0),
      (["--optimizer", "sgd", "--momentum", "0.9"], 4),
    ] as [([String], Double)])
  func `an adapter beside full fine-tuning is the one trained alone`(
    optimizer: [String], bytes: Double
  ) throws {
    try ScratchFolder.with { scratch in
      let run =
        ["train", Self.base, Self.table, "--epochs", "4"] + SpelledRun.plain + optimizer
      let compared = try Tool.run(
        run + ["-o", "a.safetensors", "--compare-full", "--json"], in: scratch.root)
      #expect(compared.exitCode == 0, "\(compared.errorText)")
      #expect(compared.errorText == "")
      #expect(
        try Tool.run(run + ["-o", "b.safetensors", "--quiet"], in: scratch.root).exitCode == 0)
      #expect(try scratch.read("a.safetensors") == scratch.read("b.safetensors"))
      let report = try LooseJSON(parsing: compared.output)
      let rows = try #require(report["comparison"]?.items)
      #expect(rows.map { $0["parameters"]?.number } == [1044, 4547])
      #expect(rows.map { $0["optimizer_bytes"]?.number } == [1044 * bytes, 4547 * bytes])
      #expect(rows[0]["loss"] == report["metrics"]?[1]?["loss"])
      #expect(rows[0]["accuracy"] == report["metrics"]?[1]?["accuracy"])
      #expect(try #require(report["peak_memory_bytes"]?.number) > 1e6)
      // Full fine-tuning alone draws the same batches.
      let full = try Tool.run(run + ["-o", "net", "--full", "--json"], in: scratch.root)
      let alone = try LooseJSON(parsing: full.output)
      #expect(alone["metrics"]?[1]?["accuracy"] != nil)
      #expect(rows[1]["loss"] != rows[0]["loss"])
    }
  }

  @Test func `values are compared by their errors`() throws {
    try ScratchFolder.with { scratch in
      var text = "a,b,y\n"
      for row in 0..<60 {
        let (a, b) = (Double(row % 7) / 3, Double(row % 11) / 5)
        text += "\(a),\(b),\(a * 2 - b + 0.25)\n"
      }
      try scratch.write(Array(text.utf8), to: "t.csv")
      #expect(
        try Tool.run(
          ["pretrain", "t.csv", "--steps", "20", "-o", "net", "--quiet"] + SpelledRun.fresh,
          in: scratch.root
        ).exitCode == 0)
      let result = try Tool.run(
        [
          "train", "net", "t.csv", "--steps", "20", "-o", "a", "--compare-full",
          "--full-learning-rate", "0.001",
        ] + SpelledRun.plain, in: scratch.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
      #expect(result.text.contains("trained      parameters  optimizer memory  rows"))
      #expect(result.text.contains(" MAE ") && result.text.contains(" R² "))
      #expect(result.errorText.contains("target      y: 1 value\n"))
      #expect(result.errorText.contains("mean squared error"))
    }
  }

  @Test func `before a run it is said what was found and what is in force`() throws {
    try ScratchFolder.with { scratch in
      try scratch.write(
        Array("x,city,kind\n1,Bern,no\n2,Ulm,yes\n3,Bern,yes\n,Ulm,no\n".utf8), to: "t.csv")
      let run = [
        "pretrain", "t.csv", "--categorical", "city", "--missing", "mean", "--hidden", "3",
        "--steps", "10", "--warmup", "25%", "--clip-norm", "1", "--force", "-o", "net",
        "--schedule", "constant", "--no-standardize", "--holdout", "0",
      ]
      let result = try Tool.run(run + ["--threads", "1"], in: scratch.root)
      #expect(result.exitCode == 0)
      #expect(
        result.errorText == """
          table       t.csv: 4 rows
          features    1 number: x; 1 column of words: city (Bern, Ulm)
          target      kind: 2 classes: no (2), yes (2)
          prepared    missing numbers filled
          validation  none: all scores are of the training rows
          network     3 → 3 → 2, relu; softmax cross-entropy
          trained     all weights, new ones: 20 numbers
          optimizer   adamw, learning rate 0.01, constant after 3 steps of warm-up, weight decay 0, \
          gradient norm at most 1.0
          batches     4 rows, all at once
          run         10 steps (10 epochs); seed 0, 1 thread


          """)
      for silent in ["--quiet", "--json"] {
        let result = try Tool.run(run + [silent], in: scratch.root)
        #expect(result.exitCode == 0 && result.errorText == "")
      }
    }
  }

  @Test(arguments: [("0.1", "4"), ("10%", "4"), ("0.09", "4"), ("0", "0"), ("0.99", "40")])
  func `a share of warm-up is as many steps`(share: String, steps: String) throws {
    try ScratchFolder.with { scratch in
      func train(_ warmup: String, _ name: String) throws -> ProcessResult {
        try Tool.run(
          [
            "train", Self.base, Self.table, "--epochs", "4", "--warmup", warmup, "-o", name,
            "--holdout", "0", "--json", "--schedule", "cosine", "--log", name + ".jsonl",
          ], in: scratch.root)
      }
      let (one, two) = (try train(share, "one"), try train(steps, "two"))
      #expect(one.exitCode == 0 && two.exitCode == 0, "\(one.errorText)\(two.errorText)")
      #expect(try LooseJSON(parsing: one.output)["warmup_steps"]?.number == Double(steps))
      #expect(try scratch.read("one.jsonl") == scratch.read("two.jsonl"))
    }
  }

  @Test(arguments: ["bf16", "f16", "f64"])
  func `a network trained fully keeps its types`(type: String) throws {
    try ScratchFolder.with { scratch in
      let converted = try Tool.run(
        ["convert", Self.base, "--dtype", type, "-o", "base"], in: scratch.root)
      #expect(converted.exitCode == 0, "\(converted.errorText)")
      let result = try Tool.run(
        ["train", "base", Self.table, "--full", "--epochs", "2", "-o", "net", "--json"]
          + SpelledRun.plain, in: scratch.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
      let listing = try Tool.run(["inspect", "net", "--json"], in: scratch.root)
      #expect(listing.text.contains(type.uppercased()) && !listing.text.contains("F32"))
      let scored = try Tool.run(
        ["eval", "net", Self.table, "--json", "--resamples", "0"], in: scratch.root)
      let (said, found) = (
        try LooseJSON(parsing: result.output), try LooseJSON(parsing: scored.output)
      )
      let loss = try #require(found["loss"]?.number)
      #expect(abs(try #require(said["metrics"]?[1]?["loss"]?.number) - loss) < 1e-5 * loss)
    }
  }

  @Test func `an adapter can be written inside gzip, whatever its name`() throws {
    try ScratchFolder.with { scratch in
      let run =
        ["train", Self.base, Self.table, "--steps", "3", "--quiet"] + SpelledRun.plain + ["-o"]
      for (name, options, isCompressed) in [
        ("a.safetensors", ["--gzip"], true), ("b.safetensors.gz", [], true),
        ("c.safetensors", [], false), ("d.safetensors.gz", ["--no-gzip"], false),
      ] {
        let result = try Tool.run(run + [name] + options, in: scratch.root)
        #expect(result.exitCode == 0, "\(result.errorText)")
        #expect((try scratch.read(name).starts(with: [0x1F, 0x8B])) == isCompressed, "\(name)")
        let eval = try Tool.run(
          ["eval", Self.base, Self.table, "--adapter", name], in: scratch.root)
        #expect(eval.exitCode == 0, "\(eval.errorText)")
      }
    }
  }
}
