import TestSupport
import Testing

/// Adapters trained on top of other adapters.
@Suite struct StackingTests {
  private static let base = TrainingStoryTests.base
  private static let table = TrainingStoryTests.rotated

  private func run(_ arguments: [String], in scratch: ScratchFolder) throws {
    let result = try Tool.run(arguments + ["--quiet"], in: scratch.root)
    #expect(result.exitCode == 0, "\(arguments): \(result.errorText)")
  }

  private func logits(_ arguments: [String], in scratch: ScratchFolder) throws -> [Double] {
    let result = try Tool.run(["predict"] + arguments + ["--logits"], in: scratch.root)
    #expect(result.exitCode == 0, "\(result.errorText)")
    return result.text.split(separator: "\n").dropFirst()
      .flatMap { $0.split(separator: ",").dropFirst().compactMap { Double($0) } }
  }

  @Test(
    arguments: [
      ([], [], 1), (["--dora"], [], 1), ([], ["--dora"], 1), ([], [], 0.5),
      (["--train-bias"], ["--init", "pissa", "--rank", "2"], 1),
    ] as [([String], [String], Double)])
  func `an adapter on an adapter is what merging one after the other gives`(
    below: [String], above: [String], weight: Double
  ) throws {
    try ScratchFolder.with { scratch in
      let short = ["--epochs", "6"] + SpelledRun.plain
      let first = weight == 1 ? "A" : "A@\(weight)"
      try run(["train", Self.base, Self.table, "-o", "A"] + short + below, in: scratch)
      try run(
        ["train", Self.base, Self.table, "--adapter", first, "-o", "B"] + short + above,
        in: scratch)
      try run(["merge", Self.base, first, "-o", "one"], in: scratch)
      try run(["merge", "one", "B", "-o", "two"], in: scratch)
      let stacked = try logits(
        [Self.base, Self.table, "--adapter", first, "--adapter", "B"], in: scratch)
      #expect(stacked.count == 900)
      let tolerance = Tolerance(absolute: 2e-5, relative: 1e-5)
      #expect(try tolerance.complaint(logits(["two", Self.table], in: scratch), stacked) == nil)
      #expect(
        try tolerance.complaint(
          logits(["one", Self.table, "--adapter", "B"], in: scratch), stacked) == nil)
      #expect(
        try tolerance.complaint(
          logits([Self.base, Self.table, "--adapter", first], in: scratch), stacked) != nil)
    }
  }

  @Test func `on a merged file training begins where the merge left it`() throws {
    try ScratchFolder.with { scratch in
      let short = ["--epochs", "6"] + SpelledRun.plain
      try run(["train", Self.base, Self.table, "-o", "A"] + short, in: scratch)
      try run(["merge", Self.base, "A", "-o", "one"], in: scratch)
      try run(["train", "one", Self.table, "-o", "B"] + short, in: scratch)
      try run(["merge", "one", "B", "-o", "two"], in: scratch)
      let beside = try logits(["one", Self.table, "--adapter", "B"], in: scratch)
      #expect(
        try Tolerance(absolute: 2e-5, relative: 1e-5)
          .complaint(logits(["two", Self.table], in: scratch), beside) == nil)
      let wrong = try Tool.run(["merge", Self.base, "A", "B", "-o", "no"], in: scratch.root)
      #expect(wrong.exitCode == 65 && wrong.errorText.contains("is not the base of the adapter B"))
    }
  }

  @Test func `an adapter without what it was trained on top of is refused`() throws {
    try ScratchFolder.with { scratch in
      let short = ["--epochs", "3"] + SpelledRun.plain
      try run(["train", Self.base, Self.table, "-o", "A"] + short, in: scratch)
      try run(["train", Self.base, Self.table, "-o", "other", "--seed", "2"] + short, in: scratch)
      try run(["train", Self.base, Self.table, "--adapter", "A", "-o", "B"] + short, in: scratch)
      try run(["merge", Self.base, "A", "-o", "one"], in: scratch)
      let missing = "B: was trained on top of the adapter A (fingerprint "
      let cases: [([String], String)] = [
        (["merge", Self.base, "B", "-o", "no"], missing),
        (["merge", Self.base, "B", "A", "-o", "no"], missing),
        (
          ["merge", Self.base, "A@0.5", "B", "-o", "no"], "with weight 1.0, here its weight is 0.5"
        ),
        (["swap", "one", "B", "--base", Self.base, "-o", "no"], missing),
        (["eval", Self.base, Self.table, "--adapter", "B"], missing),
        (["predict", Self.base, Self.table, "--adapter", "other", "--adapter", "B"], missing),
        (["train", Self.base, Self.table, "--init-adapter", "B", "-o", "no"], missing),
        (["train", Self.base, Self.table, "--adapter", "B", "-o", "no"], missing),
        (["eval", "one", Self.table, "--adapter", "A"], "the adapter A is on it already"),
        (
          ["train", Self.base, Self.table, "--adapter", "A", "--adapter", "A@2", "-o", "no"],
          "the adapter A is on it already"
        ),
        (
          ["train", "one", Self.table, "--init-adapter", "other", "--adapter", "A@x", "-o", "no"],
          "A@x: no such file"
        ),
      ]
      for (arguments, message) in cases {
        let result = try Tool.run(arguments, in: scratch.root)
        #expect(result.exitCode >= 64, "\(arguments)")
        #expect(
          result.errorText.contains(message) && result.errorLines.count == 1,
          "\(arguments): \(result.errorText)")
        #expect(!scratch.holds("no"))
      }
      try run(["merge", Self.base, "A", "B", "-o", "both"], in: scratch)
      try run(
        ["train", Self.base, Self.table, "--adapter", "A", "--init-adapter", "B", "-o", "C"]
          + short,
        in: scratch)
      try run(["merge", Self.base, "B", "-o", "forced", "--any-base"], in: scratch)
    }
  }

  @Test func `another network's adapter is not taken up unless it is asked for`() throws {
    try ScratchFolder.with { scratch in
      try run(
        ["pretrain", TrainingStoryTests.plain, "--epochs", "1", "-o", "net"] + SpelledRun.fresh,
        in: scratch)
      try run(
        ["train", Self.base, Self.table, "-o", "A", "--epochs", "1"] + SpelledRun.plain, in: scratch
      )
      let start = ["train", "net", Self.table, "--epochs", "1", "-o", "B"] + SpelledRun.plain
      for option in ["--init-adapter", "--adapter"] {
        let result = try Tool.run(start + [option, "A"], in: scratch.root)
        #expect(result.exitCode == 65 && !scratch.holds("B"))
        #expect(result.errorText.contains("net: is not the base of the adapter A: expected the "))
        try run(start + [option, "A", "--any-base", "--force"], in: scratch)
        _ = try Tool.shell("rm -r B", in: scratch.root)
      }
    }
  }
}
