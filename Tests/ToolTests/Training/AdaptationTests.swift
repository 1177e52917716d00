import TestSupport
import Testing

/// The kinds of adapters that `train` makes, each checked against the merged network.
@Suite struct AdaptationTests {
  private static let kinds: [[String]] = [
    ["--dora", "--rank", "2"], ["--init", "gaussian"], ["--init", "orthogonal"],
    ["--init", "pissa", "--rank", "2"], ["--dora", "--dropout", "0.2"],
    ["--dora", "--init", "pissa", "--rank", "2"], ["--dora", "--init", "olora", "--rank", "2"],
    ["--init", "olora", "--rank", "2", "--rslora"],
    ["--plus-ratio", "8", "--dropout", "0.2"],
    ["--target-modules", "re:[02]", "--modules-to-save", "4", "--accumulate", "3"],
    ["--rank-pattern", "0=2", "--rank-pattern", "4=3", "--alpha-pattern", "2=16", "--rslora"],
  ]

  /// The numbers of the CSV that `predict` writes, without its first column.
  private func logits(_ arguments: [String]) throws -> [Double] {
    let result = try Tool.run(["predict"] + arguments + ["--logits"])
    #expect(result.exitCode == 0, "\(result.errorText)")
    return result.text.split(separator: "\n").dropFirst()
      .flatMap { $0.split(separator: ",").dropFirst().compactMap { Double($0) } }
  }

  @Test(arguments: kinds)
  func `base and adapter predict what the merged network does`(kind: [String]) throws {
    try ScratchFolder.with { scratch in
      let base = TrainingStoryTests.base
      let result = try Tool.run(
        [
          "train", base, TrainingStoryTests.rotated, "--epochs", "12", "-o", "adapter", "--json",
        ] + SpelledRun.plain + kind, in: scratch.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
      let report = try LooseJSON(parsing: result.output)
      let losses = try #require(report["metrics"]?.items).compactMap { $0["loss"]?.number }
      #expect(losses[1] < losses[0] * 0.9)
      let merged = try Tool.run(["merge", base, "adapter", "-o", "merged"], in: scratch.root)
      #expect(merged.exitCode == 0, "\(merged.errorText)")
      let apart = try logits([
        base, TrainingStoryTests.rotated, "--adapter", scratch.path("adapter"),
      ])
      let together = try logits([scratch.path("merged"), TrainingStoryTests.rotated])
      #expect(apart.count == 900)
      #expect(Tolerance(absolute: 2e-5, relative: 1e-5).complaint(together, apart) == nil)
    }
  }

  @Test func `an adapter begins where the base is, whatever its method`() throws {
    try ScratchFolder.with { scratch in
      let plain = try Tool.run([
        "eval", TrainingStoryTests.base, TrainingStoryTests.rotated, "--json",
      ])
      let loss = try #require(LooseJSON(parsing: plain.output)["loss"]?.number)
      for kind in Self.kinds {
        // With a warm-up the first step has the rate 0.
        let result = try Tool.run(
          [
            "train", TrainingStoryTests.base, TrainingStoryTests.rotated, "--steps", "1",
            "--schedule", "constant", "--warmup", "1", "--holdout", "0", "-o", "adapter", "--force",
            "--json",
          ] + kind, in: scratch.root)
        let report = try LooseJSON(parsing: result.output)
        for row in try #require(report["metrics"]?.items) {
          #expect(abs(try #require(row["loss"]?.number) - loss) < 1e-5 * loss, "\(kind)")
        }
        let eval = try Tool.run(
          [
            "eval", TrainingStoryTests.base, TrainingStoryTests.rotated, "--json", "--adapter",
            "adapter",
          ], in: scratch.root)
        let scored = try #require(LooseJSON(parsing: eval.output)["loss"]?.number)
        #expect(abs(scored - loss) < 1e-5 * loss, "\(kind): \(eval.errorText)")
      }
    }
  }

  @Test func `a resumed run with dropout draws what one without a break draws`() throws {
    try ScratchFolder.with { scratch in
      let run = [
        "train", TrainingStoryTests.base, TrainingStoryTests.rotated, "--epochs", "8", "--dropout",
        "0.3", "--accumulate", "2", "--holdout", "0", "--threads", "1", "--quiet", "-o",
      ]
      #expect(try Tool.run(run + ["whole.safetensors"], in: scratch.root).exitCode == 0)
      let states = ["--checkpoint", "states", "--every", "17", "--keep", "1"]
      #expect(try Tool.run(run + ["a.safetensors"] + states, in: scratch.root).exitCode == 0)
      // The kept state is that of step 34; six steps are left.
      let resumed = try Tool.run(
        run + ["b.safetensors", "--resume"] + states, in: scratch.root)
      #expect(resumed.exitCode == 0, "\(resumed.errorText)")
      #expect(try scratch.read("a.safetensors") == scratch.read("whole.safetensors"))
      #expect(try scratch.read("b.safetensors") == scratch.read("whole.safetensors"))
    }
  }

  @Test(arguments: [
    (["--target-modules", "re:("], 65, "pattern \"re:(\": "),
    (["--rank-pattern", "9=2"], 65, "no module is called \"9\""),
    (
      ["--init", "pissa", "--rank", "8"], 65, "module \"0\": rank 8 is more than the weight has, 2"
    ),
    (["--init", "orthogonal", "--rank", "3"], 65, "module \"0\": rank 3 is odd"),
    (["--gzip"], 64, "--gzip is for single files"),
    (["--full-learning-rate", "0.1"], 64, "goes with --compare-full"),
    (["--full", "--compare-full"], 64, "leave --full out"),
    (["--warmup", "1.5"], 64, "--warmup"),
  ])
  func `what cannot be is said`(extra: [String], code: Int32, message: String) throws {
    let result = try Tool.run(
      ["train", TrainingStoryTests.base, TrainingStoryTests.rotated, "-o", "never"] + extra)
    #expect(result.exitCode == code)
    #expect(result.errorLines.count == 1)
    #expect(result.errorText.contains(message), "\(result.errorText)")
  }
}
