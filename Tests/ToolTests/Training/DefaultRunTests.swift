import TestSupport
import Testing

/// What `pretrain` and `train` do where nobody says: rows are held out, the run ends when it gets no
/// better, columns are brought to one scale, and every score says of which rows it is.
@Suite struct DefaultRunTests {
  private static let base = TrainingStoryTests.base
  private static let table = TrainingStoryTests.rotated

  private func json(_ arguments: [String], in scratch: ScratchFolder) throws -> LooseJSON {
    let result = try Tool.run(arguments + ["--json"], in: scratch.path("."))
    #expect(result.exitCode == 0, "\(result.errorText)")
    return try LooseJSON(parsing: result.output)
  }

  /// `count` rows of a, b and what `target` makes of them.
  private func table(_ count: Int, _ target: (Double, Double) -> String) -> String {
    "a,b,y\n"
      + (0..<count).map { row in
        let (a, b) = (Double(row * 7 % 31) / 31, Double(row * 11 % 29) / 29)
        return "\(a),\(b),\(target(a, b))\n"
      }.joined()
  }

  @Test(
    arguments: [
      ([], ["held-out", "held-out", "training", "training"], 240, 60),
      (["--holdout", "20%"], ["held-out", "held-out", "training", "training"], 240, 60),
      (["--holdout", "0.1"], ["held-out", "held-out", "training", "training"], 270, 30),
      (["--holdout", "0"], ["training", "training"], 300, nil),
      (
        ["--validation", TrainingStoryTests.plain],
        ["validation", "validation", "training", "training"], 300, 300
      ),
    ] as [([String], [String], Double, Double?)])
  func `every score says of which rows it is, before and after`(
    extra: [String], rows: [String], training: Double, held: Double?
  ) throws {
    try ScratchFolder.with { scratch in
      let report = try json(
        ["train", Self.base, Self.table, "--epochs", "3", "-o", "a"] + extra, in: scratch)
      let metrics = try #require(report["metrics"]?.items)
      #expect(metrics.map { $0["rows"]?.text } == rows)
      #expect(
        metrics.map { $0["network"]?.text } == rows.indices.map { $0 % 2 == 0 ? "before" : "after" }
      )
      #expect(report["rows"]?.number == training)
      #expect(report["validation_rows"]?.number == held)
      let baseline = try #require(report["baseline"]?.items)
      #expect(
        baseline.map { $0["rows"]?.text } == stride(from: 0, to: rows.count, by: 2).map { rows[$0] }
      )
      #expect(baseline.allSatisfy { abs(($0["accuracy"]?.number ?? 0) - 1.0 / 3) < 1e-12 })
    }
  }

  @Test func `a small table is trained on whole, and it is said`() throws {
    try ScratchFolder.with { scratch in
      try scratch.write(table(39) { $0 > $1 ? "up" : "down" }, to: "t.csv")
      let result = try Tool.run(
        ["pretrain", "t.csv", "--hidden", "4", "--steps", "5", "-o", "n"], in: scratch.path("."))
      #expect(result.exitCode == 0)
      #expect(
        result.errorText.contains(
          "validation  none, the table is too small: all scores are of the training rows\n"))
      #expect(result.text.contains("training rows       39\n"))
      #expect(!result.text.contains("held-out"))
    }
  }

  @Test func `a run ends when it gets no better, says so, and what it keeps is its best`() throws {
    try ScratchFolder.with { scratch in
      let run = ["train", Self.base, Self.table, "--force", "-o", "a"]
      let report = try json(run, in: scratch)
      let (best, steps) = (report["best_step"]?.number, report["steps"]?.number)
      #expect(report["stopped"]?.text == "20 validations without a better one")
      // 240 rows are eight steps.
      #expect(try #require(steps) == #require(best) + 160)
      let metrics = try #require(report["metrics"]?.items)
      #expect(try #require(metrics[1]["accuracy"]?.number) > 0.85)
      #expect(try #require(metrics[0]["accuracy"]?.number) < 0.4)
      let text = try Tool.run(run, in: scratch.path("."))
      #expect(text.text.contains("stopped             20 validations without a better one\n"))
      let all = try json(run + ["--patience", "0", "--epochs", "30"], in: scratch)
      #expect(all["steps"]?.number == 240 && all["stopped"] == .null)
    }
  }

  @Test func `what cannot be learnt leaves the base as it is, and it is said`() throws {
    try ScratchFolder.with { scratch in
      var generator = 1
      let noise = table(120) { _, _ in
        generator = generator * 1_103_515_245 % 2_147_483_647
        return generator % 2 == 0 ? "no" : "yes"
      }
      try scratch.write(noise, to: "t.csv")
      try scratch.write(table(60) { $0 > $1 ? "yes" : "no" }, to: "first.csv")
      _ = try json(["pretrain", "t.csv", "--hidden", "8", "--epochs", "1", "-o", "n"], in: scratch)
      let report = try json(["train", "n", "t.csv", "-o", "a"], in: scratch)
      #expect(report["best_step"]?.number == 0)
      let metrics = try #require(report["metrics"]?.items)
      #expect(metrics[1]["loss"] == metrics[0]["loss"] && metrics[3]["loss"] == metrics[2]["loss"])
      let predictions = try [[], ["--adapter", "a"]].map {
        try Tool.run(["predict", "n", "t.csv"] + $0, in: scratch.path(".")).text
      }
      #expect(predictions[0] == predictions[1])
      let text = try Tool.run(["train", "n", "t.csv", "-o", "b"], in: scratch.path("."))
      #expect(
        text.text.hasSuffix(
          "No step made the held-out rows' loss clearly lower: kept is the network as the run "
            + "began.\n"))
    }
  }

  @Test func `pretrain brings columns to one scale unless told not to, and train follows`() throws {
    try ScratchFolder.with { scratch in
      let rows =
        "a,b,y\n" + (0..<80).map { "\($0 % 9),\(1000 * ($0 % 13)),\($0 % 9 > 4)\n" }.joined()
      try scratch.write(rows, to: "t.csv")
      let run = ["pretrain", "t.csv", "--hidden", "4", "--steps", "5", "--quiet"]
      for (name, extra, isScaled) in [
        ("usual", [], true), ("plain", ["--no-standardize"], false),
        ("asked", ["--standardize"], true),
      ] {
        let result = try Tool.run(run + extra + ["-o", name], in: scratch.path("."))
        #expect(result.exitCode == 0)
        let warning =
          "lora: warning: column \"b\" varies 1,504 times as much as \"a\", which is hard to learn "
          + "from; leave --no-standardize out\n"
        #expect(result.errorText == (isScaled ? "" : warning))
        let file = String(
          decoding: try scratch.read(name + "/model.safetensors").prefix(1 << 12), as: UTF8.self)
        #expect(file.contains("scaling") == isScaled)
        let adapted = try Tool.run(
          ["train", name, "t.csv", "--steps", "2", "-o", name + "-adapter"], in: scratch.path("."))
        #expect(adapted.errorText.contains("prepared    standardized") == isScaled)
        #expect(adapted.errorText.contains("lora: warning: column \"b\" varies") == !isScaled)
      }
    }
  }

  @Test func `values of any size are learnt, and the network's outputs are in their unit`() throws {
    try ScratchFolder.with { scratch in
      try scratch.write(table(400) { "\(2e6 + 3e4 * ($0 - $1 * $1))" }, to: "t.csv")
      let run = ["pretrain", "t.csv", "--task", "regression", "--hidden", "16", "-o"]
      let report = try json(run + ["n"], in: scratch)
      #expect(try #require(report["metrics"]?[0]?["r2"]?.number) > 0.99)
      let scored = try json(["eval", "n", "t.csv", "--resamples", "0"], in: scratch)
      #expect(try #require(scored["r2"]?.number) > 0.99)
      let (mae, baseline) = (scored["mae"]?.number, scored["baseline_rmse"]?.number)
      #expect(try #require(mae) < 0.1 * #require(baseline))
      let first = try Tool.run(["predict", "n", "t.csv"], in: scratch.path(".")).text
        .split(separator: "\n")[1]
      #expect(abs(try #require(Double(first)) - 2e6) < 1e5)
    }
  }

  @Test func `the share held out of a class is its own`() throws {
    try ScratchFolder.with { scratch in
      let rows = (0..<100).map { "\($0),\($0 % 10 == 0 ? "rare" : "usual")\n" }.joined()
      try scratch.write("x,y\n" + rows, to: "t.csv")
      let report = try json(
        ["pretrain", "t.csv", "--hidden", "4", "--steps", "3", "-o", "n"], in: scratch)
      let classes = try #require(report["class_rows"]?.items)
      #expect(classes.map { $0["rows"]?.number } == [8, 72])
    }
  }
}
