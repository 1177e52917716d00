import TestSupport
import Testing

/// What classes are called from the table on to the predictions.
@Suite struct ClassLabelStoryTests {
  /// Rows around a place of each class's own.
  private func table(_ labels: [String], rows: Int = 8) -> String {
    "a,b,y\n"
      + (0..<rows * labels.count).map { row in
        let place = row % labels.count
        return "\(8 * place + row / labels.count % 3),\(3 - 5 * place),\(labels[place])\n"
      }.joined()
  }

  /// A network with 8 hidden units.
  private func pretraining(_ table: String, _ output: String, steps: Int) -> [String] {
    ["pretrain", table, "--hidden", "8", "--steps", "\(steps)", "-o", output, "--quiet"]
      + SpelledRun.fresh
  }

  private func run(_ arguments: [String], in scratch: ScratchFolder) throws -> ProcessResult {
    let result = try Tool.run(arguments, in: scratch.path("."))
    #expect(result.exitCode == 0, "\(result.errorText)")
    return result
  }

  @Test func `training on fewer classes, spelt otherwise, keeps what each is`() throws {
    try ScratchFolder.with { scratch in
      _ = try scratch.write(table(["0", "1", "2"]), to: "t.csv")
      _ = try scratch.write("a,b,y\n8,-2,1.0\n16,-7,2.0\n9,-2,1.0\n17,-7,2.0\n", to: "some.csv")
      _ = try run(pretraining("t.csv", "n", steps: 300), in: scratch)
      _ = try run(
        ["train", "n", "some.csv", "--steps", "30", "-o", "ad", "--quiet"] + SpelledRun.plain,
        in: scratch)
      let predicted = try run(["predict", "n", "some.csv", "--adapter", "ad"], in: scratch)
      #expect(predicted.text.hasPrefix("class,p(0),p(1),p(2)\n1,"))
    }
  }

  @Test(arguments: [["-1", "1"], ["2003", "2005", "2008"], ["007", "012"], ["3", "5", "8"]])
  func `a network names the values that it was trained on`(labels: [String]) throws {
    try ScratchFolder.with { scratch in
      _ = try scratch.write(table(labels), to: "t.csv")
      _ = try scratch.write(table(labels.map { $0 + ".0" }), to: "points.csv")
      _ = try run(pretraining("t.csv", "n", steps: 300), in: scratch)
      let predicted = try run(["predict", "n", "t.csv"], in: scratch)
      #expect(
        predicted.text.hasPrefix("class," + labels.map { "p(\($0))" }.joined(separator: ",") + "\n")
      )
      let score = ["eval", "n", "--resamples", "0", "--json"]
      let (plain, points) = (
        try run(score + ["t.csv"], in: scratch), try run(score + ["points.csv"], in: scratch)
      )
      #expect(plain.text.replacing("t.csv", with: "points.csv") == points.text)
    }
  }

  @Test func `an adapter that names fewer classes than the network has is refused`() throws {
    try ScratchFolder.with { scratch in
      _ = try scratch.write(table(["0", "1", "2"]), to: "three.csv")
      _ = try scratch.write(table(["no", "yes"]), to: "two.csv")
      _ = try run(pretraining("three.csv", "n", steps: 3), in: scratch)
      _ = try run(pretraining("two.csv", "m", steps: 3), in: scratch)
      _ = try run(
        ["train", "m", "two.csv", "--steps", "3", "-o", "ad", "--quiet"] + SpelledRun.plain,
        in: scratch)
      let result = try Tool.run(
        ["eval", "n", "three.csv", "--adapter", "ad", "--any-base"], in: scratch.path("."))
      #expect(result.exitCode == 65)
      #expect(result.errorText.contains("metadata \"classes\": 2 names for 3 outputs"))
    }
  }

  @Test func `whole numbers that may be values are asked about, with a command that works`() throws
  {
    try ScratchFolder.with { scratch in
      let rows = (0..<60).map { "\($0),\(2 * $0),\(300 + 7 * $0)\n" }.joined()
      _ = try scratch.write("a,b,price\n" + rows, to: "the table.csv")
      let asked = try Tool.run(
        ["pretrain", "the table.csv", "--hidden", "4", "--steps", "2", "-o", "n"],
        in: scratch.path("."))
      #expect(asked.exitCode == 65)
      let command = "lora pretrain --task regression 'the table.csv' --hidden 4 --steps 2 -o n"
      #expect(
        asked.errorText
          == "lora: error: the table.csv: column \"price\": 60 different whole numbers, "
          + "which may be values or classes; say --task regression or --task classification, as in: "
          + command + "\n")
      #expect(try scratch.names() == ["the table.csv"])
      let script = "lora() { \"$LORA\" \"$@\"; }\n" + command
      #expect(try Tool.shell(script, in: scratch.path(".")).exitCode == 0)
    }
  }
}
