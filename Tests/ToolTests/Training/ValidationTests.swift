import TestSupport
import Testing

/// Tables of one's own: columns of all kinds, held-out rows, several targets.
@Suite struct ValidationTests {
  private func json(_ arguments: [String]) throws -> LooseJSON {
    let result = try Tool.run(arguments + ["--json"])
    #expect(result.exitCode == 0, "\(result.errorText)")
    return try LooseJSON(parsing: result.output)
  }

  @Test func `patience ends a run, and the best network is the one that is kept`() throws {
    try ScratchFolder.with { scratch in
      let report = try json([
        "pretrain", TrainingStoryTests.plain, "--hidden", "64,64", "--holdout", "0.2",
        "--patience", "5", "--epochs", "400", "--optimizer", "adamw", "--learning-rate", "0.03",
        "--batch-size", "32", "--schedule", "constant", "--warmup", "0", "--no-standardize", "-o",
        scratch.path("net"), "--log", scratch.path("log"),
      ])
      let best = try #require(report["best_step"]?.number)
      let steps = try #require(report["steps"]?.number)
      // 240 rows: eight steps a pass, five validations after the best.
      #expect(steps == best + 40 && steps < 3200)
      #expect(report["validation_rows"]?.number == 60 && report["rows"]?.number == 240)
      let log = String(decoding: try scratch.read("log"), as: UTF8.self)
      let losses = log.split(separator: "\n").compactMap { line in
        try? LooseJSON(parsing: Array(line.utf8))["validation_loss"]?.number
      }
      // The first is of the network as it began.
      #expect(losses.count == Int(steps) / 8 + 1)
      let lowest = try #require(losses.min())
      #expect(losses.firstIndex(of: lowest) == Int(best) / 8)
      let kept = try #require(report["metrics"]?[0]?["loss"]?.number)
      #expect(abs(kept - lowest) <= 1e-6 * lowest)
    }
  }

  @Test func `what was done to the columns is done again by eval and predict`() throws {
    try ScratchFolder.with { scratch in
      var (rows, shifted) = ("id,size,kind,empty,y\n", "y,kind,id,size\n")
      for index in 0..<90 {
        let (size, kind) = (1000 + index * 10, ["a", "b,c", "d"][index % 3])
        let label = size > 1450 ? "big" : "small"
        rows += "\(index),\(index % 7 == 0 ? "NA" : "\(size)"),\"\(kind)\",,\(label)\n"
        shifted += "\(label),\"\(kind)\",\(index),\(index % 7 == 0 ? "" : "\(size)")\n"
      }
      try scratch.write(rows, to: "t.csv")
      try scratch.write(shifted, to: "u.csv")
      let net = scratch.path("net")
      let report = try json(
        [
          "pretrain", scratch.path("t.csv"), "--drop", "id,empty", "--categorical", "kind",
          "--missing", "mean", "--standardize", "--hidden", "16", "-o", net,
        ] + TrainingStoryTests.run)
      #expect(report["features"]?.number == 4)
      let trained = try #require(report["metrics"]?[0]?["accuracy"]?.number)
      #expect(trained > 0.9)
      let scores = try ["t.csv", "u.csv"].map { try json(["eval", net, scratch.path($0)]) }
      #expect(scores[0]["accuracy"]?.number == trained)
      #expect(
        scores[1]["loss"] == scores[0]["loss"] && scores[1]["classes"] == scores[0]["classes"])
      // The adapter's table has the same columns, and the adapter the same preparation.
      let adapter = scratch.path("adapter")
      _ = try json(
        ["train", net, scratch.path("u.csv"), "--epochs", "2", "-o", adapter] + SpelledRun.plain)
      let adapted = try ["t.csv", "u.csv"].map {
        try json(["eval", net, scratch.path($0), "--adapter", adapter])
      }
      #expect(adapted[0]["loss"] == adapted[1]["loss"] && adapted[0]["loss"] != scores[0]["loss"])
      let again = try Tool.run([
        "train", net, scratch.path("u.csv"), "--drop", "id", "-o", scratch.path("x"),
      ])
      #expect(again.exitCode == 65 && again.errorText.contains("leave --features, --drop"))
    }
  }

  @Test func `several targets are learnt together`() throws {
    try ScratchFolder.with { scratch in
      let rows = (0..<64).map { index in
        let x = Double(index) / 32 - 1
        return "\(2 * x),\(x),\(1 - x)\n"
      }
      try scratch.write("up,x,down\n" + rows.joined(), to: "t.csv")
      let net = scratch.path("net")
      let report = try json(
        [
          "pretrain", scratch.path("t.csv"), "--target", "up,down", "--hidden", "16", "-o", net,
        ] + TrainingStoryTests.run)
      #expect(try #require(report["metrics"]?[0]?["r2"]?.number) > 0.99)
      #expect(try #require(json(["eval", net, scratch.path("t.csv")])["r2"]?.number) > 0.99)
      let predictions = try Tool.run(["predict", net, scratch.path("t.csv")])
      #expect(predictions.text.hasPrefix("up,down\n"), "\(predictions.errorText)")
      let trained = try json(
        ["train", net, scratch.path("t.csv"), "--epochs", "2", "-o", scratch.path("adapter")]
          + SpelledRun.plain)
      #expect(trained["trained_parameters"]?.number != nil)
    }
  }

  @Test(arguments: [
    (["--class-weights", "1,2"], "--class-weights gives 2 weights, there are 3 classes"),
    (["--holdout", "0.001"], "--holdout leaves no row to validate on"),
  ])
  func `what does not go with the table is said`(extra: [String], message: String) throws {
    let result = try Tool.run(
      ["pretrain", TrainingStoryTests.plain, "-o", "never"] + extra)
    #expect(result.exitCode == 65 && result.errorText.contains(message), "\(result.errorText)")
  }
}
