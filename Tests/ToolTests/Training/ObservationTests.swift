import TestSupport
import Testing

/// What a run shows, and what scoring says beside the metrics.
@Suite struct ObservationTests {
  private static let base = TrainingStoryTests.base
  private static let table = TrainingStoryTests.rotated

  @Test func `a run is done again from the configuration its adapter holds, and flags win`() throws
  {
    try ScratchFolder.with { scratch in
      func train(_ options: [String], _ name: String) throws -> [UInt8] {
        let result = try Tool.run(
          ["train"] + options + [Self.base, Self.table, "--quiet", "-o", name], in: scratch.root)
        #expect(result.exitCode == 0, "\(result.errorText)")
        return try scratch.read(name)
      }
      let options = [
        "--rank", "2", "--rank-pattern", "4=3", "--dora", "--epochs", "3", "--seed", "7",
        "--schedule", "linear", "--holdout", "0.2", "--target-modules", "0,4",
      ]
      let one = try train(options, "one.safetensors")
      #expect(try train(["--config", "one.safetensors"], "two.safetensors") == one)
      let other = try train(["--config=one.safetensors", "--seed", "8"], "three.safetensors")
      #expect(
        try other != one && other == train(options.map { $0 == "7" ? "8" : $0 }, "four.safetensors")
      )
      let steps = try train(["--config", "one.safetensors", "--steps", "5"], "five.safetensors")
      #expect(steps != one)
      let wrong = try Tool.run(
        ["pretrain", "--config", "one.safetensors", Self.table, "-o", "net"], in: scratch.root)
      #expect(wrong.exitCode == 65)
      #expect(
        wrong.errorText == "lora: error: one.safetensors: holds no configuration of a run of lora "
          + "pretrain\n")
    }
  }

  @Test func `a chart has the losses, the rate and the best step`() throws {
    try ScratchFolder.with { scratch in
      let result = try Tool.run([
        "train", Self.base, Self.table, "--epochs", "4", "--holdout", "0.2", "--chart",
        scratch.path("loss.svg"), "-o", scratch.path("adapter"), "--quiet",
      ])
      #expect(result.exitCode == 0, "\(result.errorText)")
      let svg = String(decoding: try scratch.read("loss.svg"), as: UTF8.self)
      for text in [
        "training loss", "validation loss", "learning rate", "best validation: step", "step</text>",
      ] {
        #expect(svg.contains(text), "\(text)")
      }
      #expect(svg.split(separator: "<path").count == 4)
    }
  }

  @Test func `intervals enclose the metrics and narrow with the rows, the same for a seed`() throws
  {
    func eval(_ table: String, _ extra: [String] = []) throws -> LooseJSON {
      let result = try Tool.run(["eval", Self.base, table, "--json"] + extra)
      #expect(result.exitCode == 0, "\(result.errorText)")
      return try LooseJSON(parsing: result.output)
    }
    let report = try eval(Self.table, ["--confusion"])
    #expect(try eval(Self.table, ["--confusion"]) == report)
    #expect(try eval(Self.table, ["--seed", "1"])["intervals"] != report["intervals"])
    var widths: [Double] = []
    for (index, key) in ["loss", "accuracy"].enumerated() {
      let row = try #require(report["intervals"]?[index])
      #expect(row["metric"]?.text == key)
      let (low, high) = (try #require(row["low"]?.number), try #require(row["high"]?.number))
      let value = try #require(report[key]?.number)
      #expect(low < value && value < high)
      widths.append(high - low)
    }
    // 1.96 deviations of a share p of 300 rows on either side.
    let share = try #require(report["accuracy"]?.number)
    let expected = 2 * 1.96 * (share * (1 - share) / 300).squareRoot()
    #expect(abs(widths[1] - expected) < 0.2 * expected)
    let counts = try #require(report["confusion"]?.items)
    let right = (0..<3).reduce(0.0) { $0 + (counts[$1]["predicted"]?["\($1)"]?.number ?? 0) }
    #expect(right == share * 300)
    #expect(try eval(Self.table, ["--resamples", "0"])["intervals"] == nil)
  }

  @Test func `predictions keep the columns that name the rows`() throws {
    try ScratchFolder.with { scratch in
      try scratch.write("x1,name,x2\n0.1,\"a,b\",0.2\n0.3,c,0.4\n", to: "t.csv")
      let result = try Tool.run([
        "predict", Self.base, scratch.path("t.csv"), "--id", "name,x1",
      ])
      let lines = result.text.split(separator: "\n")
      try #require(lines.count == 3, "\(result.errorText)")
      #expect(lines.first == "name,x1,class,p(0),p(1),p(2)", "\(result.errorText)")
      #expect(lines[1].hasPrefix("\"a,b\",0.1,") && lines[2].hasPrefix("c,0.3,"))
    }
  }

  @Test(arguments: [
    ("=1+2", true), ("+x", true), ("-x", true), ("@SUM(A1)", true),
    ("-1.5", false), ("+2", false), ("x=1", false), ("", false),
  ])
  func `cells that a spreadsheet would run are pointed out, and kept as they are`(
    cell: String, isFormula: Bool
  ) throws {
    try ScratchFolder.with { scratch in
      try scratch.write("x1,name,x2\n0.1,\(cell),0.2\n0.3,c,0.4\n", to: "t.csv")
      let result = try Tool.run([
        "predict", Self.base, scratch.path("t.csv"), "--id", "name",
      ])
      #expect(result.exitCode == 0)
      #expect(result.text.split(separator: "\n")[1].hasPrefix(cell + ","), "\(result.text)")
      #expect(result.errorText.isEmpty != isFormula, "\(result.errorText)")
      if isFormula {
        #expect(
          result.errorText == "lora: warning: 1 cell of the output, first \"\(cell)\", is a "
            + "formula to a spreadsheet, which runs them; import the columns as text\n")
      }
    }
  }
}
