import Tensors
import Testing
import TestSupport

/// Training on a quantized network, by the built binary.
@Suite struct QLoRATests {
  private static let family = "train/spirals"
  private static let quantized = Fixtures.path("train/spirals/quantized")
  private static let table = Fixtures.path("train/spirals/spirals-rotated.csv")
  private static let short = [
    "--steps", "5", "--batch-size", "0", "--optimizer", "adamw", "--learning-rate", "0.01",
    "--holdout", "0", "--schedule", "constant", "--warmup", "0",
  ]

  private func train(_ arguments: [String], in scratch: ScratchFolder) throws -> ProcessResult {
    let result = try Tool.run(
      ["train", Self.quantized, Self.table, "-o", "adapter"] + arguments, in: scratch.root)
    #expect(result.exitCode == 0, "\(result.errorText)")
    return result
  }

  @Test func `losses and final values are those of torch on the same codes`() throws {
    let path = Self.family + "/runs/qlora"
    let tolerance = try LooseJSON(parsing: Fixtures.bytes(path + "/case.json"))["tolerance"]
    let trace = try LooseJSON(parsing: Fixtures.bytes(path + "/expected/trace.json"))
    let expected = try #require(trace["loss_f64"]?.items).compactMap(\.number)
    let relative = try #require(tolerance?["loss_rel_first_50_steps"]?.number)
    try ScratchFolder.with { scratch in
      _ = try train(
        [
          "--target", "label", "--init-adapter", Fixtures.path(Self.family + "/init"), "--any-base",
          "--steps", "50", "--batch-size", "0", "--no-shuffle", "--optimizer", "adamw",
          "--learning-rate", "0.01", "--weight-decay", "0.01", "--schedule", "constant",
          "--warmup", "0", "--holdout", "0", "--log", "log",
        ], in: scratch)
      let text = String(decoding: try scratch.read("log"), as: UTF8.self)
      let losses = try text.split(separator: "\n").compactMap {
        try LooseJSON(parsing: Array($0.utf8))["loss"]?.number
      }
      #expect(losses.count == 50 && expected.count == 50)
      for (step, (loss, wanted)) in zip(losses, expected).enumerated() {
        #expect(abs(loss - wanted) <= relative * max(wanted, 0.1), "step \(step + 1)")
      }
      let final = try StoredTensors(path + "/expected/final.f64.safetensors").tensors
      let found = try StoredTensors(path: scratch.path("adapter/adapter_model.safetensors")).tensors
      let limit = try #require(tolerance?["final_abs"]?.number)
      #expect(found.keys.sorted() == final.keys.sorted())
      for (name, tensor) in final {
        let complaint = Tolerance(absolute: limit)
          .complaint(found[name]?.values ?? [], tensor.values)
        #expect(complaint == nil, "\(name): \(complaint ?? "")")
      }
    }
  }

  @Test(arguments: [[], ["--dora"], ["--init", "gaussian"], ["--train-bias"]])
  func `codes and the weights written out give the same adapter`(_ kind: [String]) throws {
    try ScratchFolder.with { scratch in
      _ = try train(Self.short + kind, in: scratch)
      let written = try Tool.run(["dequantize", Self.quantized, "-o", "full"], in: scratch.root)
      #expect(written.exitCode == 0, "\(written.errorText)")
      let other = try Tool.run(
        ["train", "full", Self.table, "-o", "other"] + Self.short + kind, in: scratch.root)
      #expect(other.exitCode == 0, "\(other.errorText)")
      let left = try StoredTensors(path: scratch.path("adapter/adapter_model.safetensors")).tensors
      let right = try StoredTensors(path: scratch.path("other/adapter_model.safetensors")).tensors
      #expect(left.keys.sorted() == right.keys.sorted())
      for (name, tensor) in right {
        let complaint = Tolerance(absolute: 2e-5)
          .complaint(left[name]?.values ?? [], tensor.values)
        #expect(complaint == nil, "\(name): \(complaint ?? "")")
      }
    }
  }

  @Test func `eval and predict compute with the codes`() throws {
    try ScratchFolder.with { scratch in
      _ = try train(Self.short, in: scratch)
      _ = try Tool.run(["dequantize", Self.quantized, "-o", "full"], in: scratch.root)
      for command in [["eval", "--json"], ["predict", "--logits"]] {
        let results = try [Self.quantized, "full"].map { base in
          try Tool.run(
            [command[0], base, Self.table, "--adapter", "adapter", "--any-base"]
              + command.dropFirst(), in: scratch.root)
        }
        #expect(results.allSatisfy { $0.exitCode == 0 }, "\(results[0].errorText)")
        let numbers = results.map { result in
          result.text.split { !"0123456789.-e".contains($0) }.compactMap { Double($0) }
        }
        #expect(numbers[0].count > 5)
        #expect(
          Tolerance(absolute: 1e-9, relative: 1e-9).complaint(numbers[0], numbers[1]) == nil)
      }
    }
  }

  @Test func `LoftQ starts nearer to the original network`() throws {
    try ScratchFolder.with { scratch in
      let original = Fixtures.path("train/spirals/base")
      func firstLoss(_ base: String, _ options: [String]) throws -> Double {
        let result = try Tool.run(
          [
            "train", base, Self.table, "-o", "a", "--force", "--steps", "1", "--batch-size", "0",
            "--log", "log",
          ] + SpelledRun.plain + options, in: scratch.root)
        #expect(result.exitCode == 0, "\(result.errorText)")
        let line = try scratch.read("log").prefix { $0 != 0x0A }
        return try #require(LooseJSON(parsing: Array(line))["loss"]?.number)
      }
      let wanted = try firstLoss(original, [])
      let plain = try firstLoss(Self.quantized, [])
      let loftq = try firstLoss(
        Self.quantized, ["--init", "loftq", "--original", original, "--rank", "2"])
      let whole = try firstLoss(
        Self.quantized,
        ["--init", "loftq", "--original", original, "--rank", "2", "--rank-pattern", "2=64"])
      #expect(abs(whole - wanted) < abs(plain - wanted))
      #expect(loftq != plain)
    }
  }

  @Test(arguments: [
    (["--full"], 65, "--full would train them"),
    (["--compare-full"], 65, "--compare-full would train them"),
    (["--init", "pissa"], 65, "--init pissa takes a part out of them"),
    (["--modules-to-save", "4"], 65, "--modules-to-save would train 4"),
    (["--init", "loftq"], 64, "--init loftq and --original go together"),
    (["--original", "BASE"], 64, "--init loftq and --original go together"),
    (
      ["--init", "loftq", "--original", "OTHER", "--rank", "2"], 65,
      "tensor \"0.weight\": expected numbers of shape [64, 2]"
    ),
  ])
  func `what would change the codes is refused`(
    _ options: [String], code: Int32, message: String
  ) throws {
    try ScratchFolder.with { scratch in
      let places = [
        "BASE": Fixtures.path("train/spirals/base"), "OTHER": Fixtures.path("merge/bases/mlp-f32"),
      ]
      let result = try Tool.run(
        ["train", Self.quantized, Self.table, "-o", "adapter", "--quiet"]
          + options.map { places[$0] ?? $0 }, in: scratch.root)
      #expect(result.exitCode == code)
      #expect(result.errorText.contains(message), "\(result.errorText)")
      #expect(result.errorLines.count == 1)
      #expect(try scratch.names().isEmpty)
    }
  }
}
