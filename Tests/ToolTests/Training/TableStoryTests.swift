import TestSupport
import Testing

/// Tables as people have them, from the first error to predictions.
@Suite struct TableStoryTests {
  private func run(_ arguments: [String], in scratch: ScratchFolder) throws -> ProcessResult {
    let result = try Tool.run(arguments, in: scratch.path("."))
    #expect(result.exitCode == 0, "\(result.errorText)")
    return result
  }

  /// A table of birds, words and gaps in it.
  private static let birds: String = {
    var text = ",bird name,island,\"mass, g\",sex,seen,species\n"
    for row in 0..<60 {
      let gap = row % 10 == 3
      text += "\(row + 1),b\(row),\(["Dream", "Biscoe"][row % 2]),"
      text += "\(gap ? "NA" : "\(3000 + row % 2 * 900 + row)"),\(row % 20 < 9 ? "male" : "female"),"
      text += "2007-11-\(10 + row % 20),\(["Adelie", "Gentoo"][row % 2])\n"
    }
    return text
  }()

  @Test func `one command mends all that is wrong, and its network reads by name`() throws {
    try ScratchFolder.with { scratch in
      _ = try scratch.write(Self.birds, to: "the birds.csv")
      let train = ["pretrain", "the birds.csv", "--hidden", "4", "--steps", "3", "-o", "n"]
      let refused = try Tool.run(train, in: scratch.path("."))
      #expect(refused.exitCode == 65 && refused.errorLines.count == 6)
      #expect(try scratch.names() == ["the birds.csv"])
      let command =
        "lora pretrain --target species --categorical island,sex --drop 'bird name,seen' "
        + "--missing mean 'the birds.csv' --hidden 4 --steps 3 -o n"
      #expect(
        refused.errorLines.last
          == "lora: error: the birds.csv: the target is \"species\", the last column, unless "
          + "--target names another; a command that says all of it: " + command)
      let script = "lora() { \"$LORA\" \"$@\"; }\n" + command
      let trained = try Tool.shell(script, in: scratch.path("."))
      #expect(trained.exitCode == 0, "\(trained.errorText)")
      #expect(trained.errorText.contains("warning: the birds.csv: column \"\" has no name"))
      // Other columns in another order, a word that is new, and no target.
      _ = try scratch.write(
        "sex,\"mass, g\",tag,,island\nmale,3100,t1,1,Dream\n?,NA,t2,2,Torgersen\n", to: "new.csv")
      let predicted = try run(["predict", "n", "new.csv", "--id", "tag"], in: scratch)
      #expect(predicted.text.hasPrefix("tag,class,p(Adelie),p(Gentoo)\nt1,"))
      #expect(
        predicted.errorText == "lora: warning: new.csv: column \"island\": 1 row with words that "
          + "the network does not know, read as no category: \"Torgersen\"\n"
          + "lora: warning: new.csv: column \"sex\": 1 row with words that the network does not "
          + "know, read as no category: \"?\"\n")
      let strict = try Tool.run(
        ["predict", "n", "new.csv", "--unknown", "error"], in: scratch.path("."))
      #expect(strict.exitCode == 65 && strict.text == "" && strict.errorLines.count == 3)
      let fewer = try Tool.run(["eval", "n", "new.csv"], in: scratch.path("."))
      #expect(fewer.exitCode == 65)
      #expect(fewer.errorText.contains("column \"species\": no such column"))
    }
  }

  @Test func `options for columns may be repeated, and --drop '' drops the one without a name`()
    throws
  {
    try ScratchFolder.with { scratch in
      _ = try scratch.write(Self.birds, to: "t.csv")
      let trained = try run(
        [
          "pretrain", "t.csv", "--drop", "", "--drop", "bird*, seen", "--drop", "mass, g",
          "--categorical", "island", "--categorical", "sex", "--hidden", "4", "--steps", "3", "-o",
          "n",
        ], in: scratch)
      #expect(trained.errorText.contains("2 columns of words: island"))
      #expect(!trained.errorText.contains("warning"))
      let again = try run(
        ["predict", "n", "t.csv", "--id", "", "--id", "mass, g"], in: scratch)
      #expect(again.text.hasPrefix(",\"mass, g\",class,"))
      #expect(again.errorText.contains("lora: note: t.csv: the network does not read 2 columns"))
      let quiet = try run(["predict", "n", "t.csv", "--quiet"], in: scratch)
      #expect(quiet.errorText == "")
    }
  }

  @Test func `a table of a German spreadsheet, asked about once and then read`() throws {
    try ScratchFolder.with { scratch in
      let rows = (0..<40).map { "\($0 % 7),\($0);1.\(100 + $0),5;\($0 % 2)\n" }.joined()
      _ = try scratch.write("sep=;\na;b;y\n" + rows, to: "t.csv")
      let train = ["pretrain", "t.csv", "--hidden", "4", "--steps", "3", "-o", "n", "--quiet"]
      let asked = try Tool.run(train, in: scratch.path("."))
      #expect(asked.exitCode == 65)
      let command = try #require(asked.errorLines.last?.split(separator: "all of it: ").last)
      #expect(command.contains("--decimal , --thousands ."))
      let script = "lora() { \"$LORA\" \"$@\"; }\n" + command
      #expect(try Tool.shell(script, in: scratch.path(".")).exitCode == 0)
      let score = ["eval", "n", "t.csv", "--resamples", "0", "--json"]
      let unsaid = try Tool.run(score, in: scratch.path("."))
      #expect(unsaid.exitCode == 65 && unsaid.errorText.contains("lora eval --decimal"))
      #expect(
        try run(score + ["--decimal", ",", "--thousands", "."], in: scratch).text
          .contains("\"rows\": 40"))
    }
  }

  @Test func `words that were said to mean a missing value are recorded`() throws {
    try ScratchFolder.with { scratch in
      let rows = (0..<40).map { "\($0 % 5 == 0 ? "-" : "\($0)"),\($0 % 2)\n" }.joined()
      _ = try scratch.write("a,y\n" + rows, to: "t.csv")
      let train = ["--missing", "mean", "--na=-,.", "--hidden", "4", "--steps", "3", "-o", "n"]
      _ = try run(["pretrain", "t.csv", "--quiet"] + train, in: scratch)
      #expect(
        try run(["eval", "n", "t.csv", "--resamples", "0", "--json"], in: scratch).text
          .contains("\"rows\": 40"))
    }
  }

  @Test func `an adapter records the stand-in for what its table lacks`() throws {
    try ScratchFolder.with { scratch in
      let rows = (0..<40).map { "\($0 % 9),\($0 % 4),\($0 % 2)\n" }.joined()
      _ = try scratch.write("a,b,y\n" + rows, to: "t.csv")
      _ = try scratch.write("b,a,y\n,3,0\n1,NA,1\n2,2,0\n,4,1\n", to: "gaps.csv")
      _ = try run(
        ["pretrain", "t.csv", "--standardize", "--hidden", "4", "--steps", "3", "-o", "n"],
        in: scratch)
      let refused = try Tool.run(["eval", "n", "gaps.csv"], in: scratch.path("."))
      #expect(refused.exitCode == 65 && refused.errorText.contains("2 rows without a value"))
      _ = try run(
        ["train", "n", "gaps.csv", "--missing", "mean", "--steps", "3", "-o", "ad"], in: scratch)
      _ = try run(["eval", "n", "gaps.csv", "--adapter", "ad"], in: scratch)
    }
  }

  // MARK: Where predictions and made tables go

  @Test(arguments: [
    ["predict", TrainingStoryTests.base, TrainingStoryTests.rotated],
    ["synth", "spirals", "--points", "7"],
  ])
  func `an output appears whole, is kept unless --force is given, and is what stdout would get`(
    command: [String]
  ) throws {
    try ScratchFolder.with { scratch in
      let printed = try run(command, in: scratch)
      let report = try run(command + ["-o", "out.csv"], in: scratch)
      #expect(report.text.hasPrefix("output") && report.text.contains("out.csv"))
      #expect(try scratch.read("out.csv") == printed.output)
      let refused = try Tool.run(command + ["-o", "out.csv"], in: scratch.path("."))
      #expect(refused.exitCode == 73 && refused.text == "")
      let again = try run(command + ["-o", "out.csv", "--force", "--quiet"], in: scratch)
      #expect(again.text == "" && again.errorText == "")
      _ = try run(command + ["-o", "out.csv.gz", "--quiet"], in: scratch)
      let unpacked = try Tool.shell("gunzip -c out.csv.gz", in: scratch.path("."))
      #expect(unpacked.output == printed.output)
      let json = try run(command + ["-o", "out.csv", "--force", "--json"], in: scratch)
      #expect(try LooseJSON(parsing: json.output)["output"]?.text == "out.csv")
      #expect(try run(command + ["-o", "-"], in: scratch).output == printed.output)
      #expect(try scratch.names() == ["out.csv", "out.csv.gz"])
    }
  }

  @Test func `nothing is left of predictions that cannot be made`() throws {
    try ScratchFolder.with { scratch in
      _ = try scratch.write("x1,x2\n1,2\n3,oops\n", to: "t.csv")
      let result = try Tool.run(
        ["predict", TrainingStoryTests.base, "t.csv", "-o", "p.csv"], in: scratch.path("."))
      #expect(result.exitCode == 65)
      #expect(try scratch.names() == ["t.csv"])
    }
  }

  @Test func `--json without an output is the rows themselves`() throws {
    try ScratchFolder.with { scratch in
      _ = try scratch.write("x1,x2,who\n0.1,0.2,\"a \"\"b\"\"\"\n0.3,-0.2,c\n", to: "t.csv")
      let result = try run(
        ["predict", TrainingStoryTests.base, "t.csv", "--id", "who", "--json"], in: scratch)
      let json = try LooseJSON(parsing: result.output)
      #expect(json["rows"]?.number == 2)
      let rows = try #require(json["predictions"]?.items)
      #expect(rows.count == 2 && rows[0]["who"]?.text == "a \"b\"")
      let shares = ["p(0)", "p(1)", "p(2)"].compactMap { rows[1][$0]?.number }
      #expect(abs(shares.reduce(0, +) - 1) < 1e-6)
      let made = try LooseJSON(
        parsing: run(["synth", "spirals", "--points", "4", "--json"], in: scratch).output)
      #expect(made["data"]?.items?.count == 4 && made["data"]?.items?[0]["label"]?.number == 0)
    }
  }
}
