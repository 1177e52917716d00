import TestSupport
import Testing

/// What `--init-adapter` takes over from the adapter that it names.
@Suite struct StartingAdapterTests {
  private static let files = [TrainingStoryTests.base, TrainingStoryTests.rotated]
  private static let kind = [
    "--dora", "--rslora", "--dropout", "0.25", "--train-bias=lora-only", "--alpha", "6", "--rank",
    "3", "--target-modules", "0,4", "--rank-pattern", "4=2", "--alpha-pattern", "4=5",
  ]

  private func train(_ words: [String], in scratch: ScratchFolder) throws -> String {
    let result = try Tool.run(
      ["train"] + Self.files + SpelledRun.plain + words, in: scratch.root)
    #expect(result.exitCode == 0, "\(result.errorText)")
    return result.errorText
  }

  private func settings(_ adapter: String, in scratch: ScratchFolder) throws -> LooseJSON {
    try LooseJSON(parsing: scratch.read(adapter + "/adapter_config.json"))
  }

  @Test func `a module is not trained whole beside what the adapter has for it`() throws {
    try ScratchFolder.with { scratch in
      _ = try train(["--steps", "2", "--target-modules", "0", "-o", "A"], in: scratch)
      let result = try Tool.run(
        ["train"] + Self.files
          + ["--init-adapter", "A", "--modules-to-save", "0", "--steps", "2", "-o", "B"],
        in: scratch.root)
      #expect(result.exitCode == 65)
      #expect(
        result.errorText.contains("--modules-to-save would train 0 whole as well"),
        "\(result.errorText)")
    }
  }

  @Test func `its configuration is that of the adapter made from it`() throws {
    try ScratchFolder.with { scratch in
      _ = try train(Self.kind + ["--steps", "6", "-o", "A"], in: scratch)
      let opening = try train(["--init-adapter", "A", "--steps", "6", "-o", "B"], in: scratch)
      #expect(
        opening.contains(
          "DoRA of rank 3, alpha 6, begun as A, on 0, 4, with their biases, dropout 0.25: "),
        "\(opening)")
      let (one, other) = (try settings("A", in: scratch), try settings("B", in: scratch))
      for key in [
        "r", "lora_alpha", "rank_pattern", "alpha_pattern", "target_modules", "bias",
        "lora_dropout", "use_rslora", "use_dora",
      ] {
        #expect(one[key] != nil && one[key] == other[key], "\(key)")
      }
      let names = try ["A", "B"].map {
        try StoredTensors(path: scratch.path($0 + "/adapter_model.safetensors")).tensors.keys
          .sorted()
      }
      #expect(names[0] == names[1])
      #expect(names[0].filter { $0.hasSuffix(".bias") }.count == 2)
    }
  }

  @Test func `a run in two parts with dropout trains on as one adapter`() throws {
    try ScratchFolder.with { scratch in
      _ = try train(Self.kind + ["--steps", "40", "-o", "A"], in: scratch)
      _ = try train(["--init-adapter", "A", "--steps", "40", "-o", "B"], in: scratch)
      func loss(_ adapter: String) throws -> Double {
        let result = try Tool.run(
          ["eval"] + Self.files + ["--adapter", adapter, "--json"], in: scratch.root)
        return try #require(LooseJSON(parsing: result.output)["loss"]?.number)
      }
      #expect(try loss("B") < loss("A"))
    }
  }

  @Test func `options that win over it are named`() throws {
    try ScratchFolder.with { scratch in
      _ = try train(
        ["--rank", "3", "--alpha", "6", "--dropout", "0.25", "--steps", "6", "-o", "A"],
        in: scratch)
      let opening = try train(
        [
          "--init-adapter", "A", "--alpha", "3", "--dropout", "0", "--train-bias", "--rslora",
          "--dora", "--steps", "6", "-o", "B",
        ], in: scratch)
      #expect(
        opening.contains(
          "begun as A, --alpha in place of its 6, --dropout in place of its 0.25, --train-bias in "
            + "place of its none, --rslora, unlike it, --dora, unlike it, on 0, 2, 4, with all biases"
        ),
        "\(opening)")
      let settings = try settings("B", in: scratch)
      #expect(settings["lora_alpha"]?.number == 3 && settings["lora_dropout"]?.number == 0)
      #expect(settings["bias"]?.text == "all" && settings["use_dora"] == .flag(true))
    }
  }

  @Test func `biases of the adapted modules are those that lora-only trains`() throws {
    try ScratchFolder.with { scratch in
      for (which, count) in [
        ("--train-bias", 3), ("--train-bias=all", 3), ("--train-bias=lora-only", 1),
      ] {
        _ = try train(
          [which, "--target-modules", "2", "--steps", "3", "--force", "-o", "A"], in: scratch)
        let names = try StoredTensors(path: scratch.path("A/adapter_model.safetensors")).tensors
          .keys
        #expect(names.filter { $0.hasSuffix(".bias") }.count == count)
        let bias = try settings("A", in: scratch)["bias"]?.text
        #expect(bias == (count == 3 ? "all" : "lora_only"))
      }
      let refused = try Tool.run(
        ["train"] + Self.files + ["--train-bias=some", "-o", "no"], in: scratch.root)
      #expect(refused.exitCode == 64 && refused.errorLines.count == 1)
    }
  }

  @Test(arguments: [
    (["--optimizer", "sgd", "--betas", "0.5,0.5"], "--betas and --epsilon go with"),
    (["--betas", "0.5,1"], "--betas"), (["--betas", "0.5"], "--betas"),
    (["--epsilon", "0"], "--epsilon must be above 0"),
    (["--accumulate", "0"], "--accumulate is 0"),
  ])
  func `settings of an optimizer that cannot be are refused`(words: [String], message: String)
    throws
  {
    let result = try Tool.run(["train"] + Self.files + words + ["-o", "never"])
    #expect(result.exitCode == 64 && result.errorLines.count == 1)
    #expect(result.errorText.contains(message), "\(result.errorText)")
  }
}
