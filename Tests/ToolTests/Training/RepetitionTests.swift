import TestSupport
import Testing

/// Every option of `train` is kept with the adapter and given again by `--config`, or named here as one
/// that says nothing about the result.
@Suite struct RepetitionTests {
  /// An option, with a value other than its default and what has to go with it.
  struct Sample: CustomTestStringConvertible {
    let option: String
    let words: [String]
    /// What stands in place of the usual base, table and `--steps 3`.
    var base = TrainingStoryTests.base
    var table = TrainingStoryTests.rotated
    var length = ["--steps", "3"]

    var testDescription: String { option }

    init(
      _ option: String, _ words: [String], base: String = TrainingStoryTests.base,
      table: String = TrainingStoryTests.rotated, length: [String] = ["--steps", "3"]
    ) {
      (self.option, self.words, self.base) = (option, words, base)
      (self.table, self.length) = (table, length)
    }
  }

  /// START is an adapter that is there already.
  static let samples = [
    Sample("rank", ["--rank", "2"]), Sample("alpha", ["--alpha", "3.5"]),
    Sample("target-modules", ["--target-modules", "0,4"]),
    Sample("rank-pattern", ["--rank-pattern", "4=3", "--rank-pattern", "2=2"]),
    Sample("alpha-pattern", ["--alpha-pattern", "4=3.5"]),
    Sample("init", ["--init", "gaussian"]),
    Sample(
      "original",
      ["--init", "loftq", "--original", Fixtures.path("train/spirals/base"), "--rank", "2"],
      base: Fixtures.path("train/spirals/quantized")),
    Sample("dropout", ["--dropout", "0.25"]), Sample("plus-ratio", ["--plus-ratio", "4"]),
    Sample("modules-to-save", ["--modules-to-save", "4"]), Sample("rslora", ["--rslora"]),
    Sample("dora", ["--dora"]), Sample("train-bias", ["--train-bias"]),
    Sample("train-bias-of", ["--train-bias=lora-only"]),
    Sample("init-adapter", ["--init-adapter", "START"]),
    Sample("adapter", ["--adapter", "START@0.5"]), Sample("any-base", ["--any-base"]),
    Sample("target", ["--target", "label"]), Sample("task", ["--task", "classification"]),
    Sample("no-header", ["--no-header"], table: "plain.csv"),
    Sample("header", ["--header"]),
    Sample("decimal", ["--decimal", ","], table: "commas.csv"),
    Sample("thousands", ["--thousands", "space"]), Sample("na", ["--na", "none,?"]),
    Sample("missing-target", ["--missing-target", "drop"]),
    Sample("unknown", ["--unknown", "none"]),
    Sample("delimiter", ["--delimiter", "|"], table: "bars.csv"),
    Sample("comment", ["--comment", "#"], table: "comments.csv"),
    Sample("features", ["--features", "x1,x2"]),
    Sample("drop", ["--drop", "word"], table: "words.csv"),
    Sample(
      "categorical", ["--categorical", "word", "--features", "x1,word"], table: "words.csv"),
    Sample("missing", ["--missing", "zero"]), Sample("standardize", ["--standardize"]),
    Sample("no-standardize", ["--no-standardize"]),
    Sample("optimizer", ["--optimizer", "adam"]),
    Sample("learning-rate", ["--learning-rate", "0.02"]),
    Sample("batch-size", ["--batch-size", "16"]),
    Sample("epochs", ["--epochs", "1"], length: []), Sample("steps", ["--steps", "2"], length: []),
    Sample("no-shuffle", ["--no-shuffle"]),
    Sample("momentum", ["--momentum", "0.5", "--optimizer", "sgd"]),
    Sample("nesterov", ["--nesterov", "--momentum", "0.5", "--optimizer", "sgd"]),
    Sample("betas", ["--betas", "0.8,0.99"]), Sample("epsilon", ["--epsilon", "1e-6"]),
    Sample("weight-decay", ["--weight-decay", "0.1"]), Sample("clip-norm", ["--clip-norm", "0.5"]),
    Sample("accumulate", ["--accumulate", "2"]),
    Sample("class-weights", ["--class-weights", "1,2,0.5"]),
    Sample("schedule", ["--schedule", "linear"]), Sample("warmup", ["--warmup", "50%"]),
    Sample("validation", ["--validation", TrainingStoryTests.plain]),
    Sample("holdout", ["--holdout", "0.3"]),
    Sample("validate-every", ["--validate-every", "2", "--holdout", "0.3"]),
    Sample("patience", ["--patience", "2", "--holdout", "0.3"]),
    Sample("activation", ["--activation", "gelu"]), Sample("layers", ["--layers", "0,2,4"]),
    Sample("seed", ["--seed", "7"]),
  ]

  /// Where and how a result is written and shown; and `--full`, whose result is no adapter.
  static let others: Set<String> = [
    "output", "force", "no-sync", "gzip", "no-gzip", "threads", "json", "quiet", "log", "chart",
    "config", "checkpoint", "every", "keep", "resume", "compare-full", "full-learning-rate",
    "full", "help", "version",
  ]

  @Test func `every option of train is tried here`() throws {
    let train = try CommandDeclaration.root().all.first { $0.commandName == "train" }
    let names = try #require(train?.arguments).flatMap { $0.names ?? [] }
      .filter { $0.kind == "long" }.map(\.name)
    #expect(Set(names).subtracting(Self.others) == Set(Self.samples.map(\.option)))
  }

  @Test(arguments: samples)
  func `an option's value is kept with the adapter and repeated by it`(sample: Sample) throws {
    try ScratchFolder.with { scratch in
      try scratch.write("0.5,1,0\n1,2,1\n-1,0.5,2\n", to: "plain.csv")
      try scratch.write("x1|x2|label\n0.5|1|0\n1|2|1\n-1|0.5|2\n", to: "bars.csv")
      try scratch.write("x1;x2;label\n0,5;1;0\n1;2;1\n-1;0,5;2\n", to: "commas.csv")
      try scratch.write("#a\nx1,x2,label\n0.5,1,0\n#b\n1,2,1\n-1,0.5,2\n", to: "comments.csv")
      try scratch.write("x1,word,x2,label\n0.5,a,1,0\n1,a,2,1\n-1,a,0.5,2\n", to: "words.csv")
      func train(_ words: [String], _ name: String, length: [String]) throws -> [UInt8] {
        let words = words.map { $0.replacing("START", with: "start") }
        let result = try Tool.run(
          ["train"] + words + length
            + [sample.base, sample.table, "--threads", "2", "--quiet", "-o", name],
          in: scratch.root)
        #expect(result.exitCode == 0, "\(result.errorText)")
        return try scratch.read(name)
      }
      if sample.words.contains(where: { $0.contains("START") }) {
        let start = try Tool.run(
          ["train", sample.base, sample.table, "--steps", "2", "--quiet", "-o", "start"]
            + SpelledRun.plain,
          in: scratch.root)
        #expect(start.exitCode == 0, "\(start.errorText)")
      }
      let one = try train(sample.words, "one.safetensors", length: sample.length)
      let two = try train(["--config", "one.safetensors"], "two.safetensors", length: [])
      #expect(one == two)
      let text = String(decoding: one, as: UTF8.self)
      // A flag and what turns it off are one setting.
      let key = sample.option == "no-standardize" ? "standardize" : sample.option
      #expect(text.contains("\\\"\(key)\\\":"), "not kept")
    }
  }

  @Test func `--full is repeated from a file of settings`() throws {
    try ScratchFolder.with { scratch in
      try scratch.write(
        """
        {"command": "train",
         "settings": {"full": true, "steps": 3, "betas": "0.8,0.9", "standardize": false}}
        """,
        to: "run.json")
      let files = [TrainingStoryTests.base, TrainingStoryTests.rotated, "--quiet", "-o"]
      for (name, words) in [
        ("one.safetensors", ["--config", "run.json"]),
        ("two.safetensors", ["--full", "--steps", "3", "--betas", "0.8,0.9", "--no-standardize"]),
      ] {
        let result = try Tool.run(["train"] + words + files + [name], in: scratch.root)
        #expect(result.exitCode == 0, "\(result.errorText)")
      }
      #expect(try scratch.read("one.safetensors") == scratch.read("two.safetensors"))
    }
  }
}
