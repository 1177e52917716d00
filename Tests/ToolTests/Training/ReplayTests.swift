import TestSupport
import Testing

/// A stored run of PyTorch and PEFT, replayed by the binary alone from its files.
private struct StoredRun: CustomTestStringConvertible {
  /// As in `spirals/runs/sgd-frozen`.
  let name: String
  let settings: LooseJSON

  var testDescription: String { name }
  var path: String { "train/" + name }

  static let all: [StoredRun] = ["spirals", "regression"].flatMap { family in
    ((try? Fixtures.names(in: "train/\(family)/runs")) ?? []).compactMap { run in
      let name = "\(family)/runs/\(run)"
      guard let bytes = try? Fixtures.bytes("train/\(name)/case.json"),
        let settings = try? LooseJSON(parsing: bytes),
        // The quantized base has no file that a network is read from.
        settings["base"]?.text == "../../base"
      else { return nil }
      return StoredRun(name: name, settings: settings)
    }
  }

  /// The command line that replays it.
  func arguments(log: String, output: String) -> [String] {
    let folder = Fixtures.path(path) + "/"
    let optimizer = settings["optimizer"]
    var arguments = [
      "train", folder + "../../base", folder + (settings["csv"]?.text ?? ""),
      "--target", settings["target"]?.text ?? "", "--init-adapter", folder + "../../init",
      "--holdout", "0", "--no-shuffle", "--optimizer", optimizer?["kind"]?.text ?? "",
      "--learning-rate", "\(optimizer?["lr"]?.number ?? 0)",
      "--batch-size", "\(Int(settings["batch"]?.number ?? 0))",
      "--steps", "\(Int(settings["steps"]?.number ?? 0))", "--log", log, "-o", output,
    ]
    func add(_ flag: String, _ value: Double?) {
      if let value { arguments += [flag, value == value.rounded() ? "\(Int(value))" : "\(value)"] }
    }
    add("--weight-decay", optimizer?["weight_decay"]?.number)
    add("--warmup", optimizer?["schedule"]?["warmup_steps"]?.number ?? 0)
    add("--clip-norm", settings["clip_grad_norm"]?.number)
    add("--alpha", settings["overrides"]?["lora_alpha"]?.number)
    arguments += ["--schedule", optimizer?["schedule"]?["kind"]?.text ?? "constant"]
    if settings["overrides"]?["bias"]?.text == "all" { arguments.append("--train-bias") }
    if settings["overrides"]?["use_rslora"] == .flag(true) { arguments.append("--rslora") }
    if settings["overrides"]?["use_dora"] == .flag(true) { arguments.append("--dora") }
    return arguments
  }
}

@Suite struct ReplayTests {
  @Test(arguments: StoredRun.all)
  fileprivate func `a run is replayed from its files, every loss and every value`(
    run: StoredRun
  ) throws {
    try ScratchFolder.with { scratch in
      let result = try Tool.run(
        run.arguments(log: scratch.path("log"), output: scratch.path("adapter")))
      #expect(result.exitCode == 0, "\(result.errorText)")
      try expectLosses(in: scratch.read("log"), run)
      try expectValues(in: scratch.path("adapter/adapter_model.safetensors"), run)
    }
  }

  private func expectLosses(in log: [UInt8], _ run: StoredRun) throws {
    let trace = try LooseJSON(parsing: Fixtures.bytes(run.path + "/expected/trace.json"))
    let tolerance = try #require(TraceTolerance(settings: run.settings))
    let lines = try log.split(separator: UInt8(ascii: "\n")).map {
      try LooseJSON(parsing: Array($0))
    }
    #expect(lines.count == Int(run.settings["steps"]?.number ?? 0))
    let steps = try #require(trace["step"]?.items).compactMap(\.number)
    let losses = try #require(trace["loss_f64"]?.items).compactMap(\.number)
    for (step, loss) in zip(steps, losses) {
      let line = lines[Int(step) - 1]
      #expect(line["step"]?.number == step)
      let found = try #require(line["loss"]?.number)
      let limit = tolerance.ofLoss(inStep: Int(step)) * max(loss, 0.1)
      #expect(abs(found - loss) <= limit, "step \(step)")
    }
  }

  private func expectValues(in file: String, _ run: StoredRun) throws {
    let expected = try StoredTensors(run.path + "/expected/final.f64.safetensors").tensors
    let found = try StoredTensors(path: file).tensors
    let tolerance = try #require(TraceTolerance(settings: run.settings)).values
    #expect(Set(found.keys) == Set(expected.keys))
    for (name, tensor) in expected {
      let complaint = Tolerance(absolute: tolerance)
        .complaint(found[name]?.values ?? [], tensor.values)
      #expect(complaint == nil, "\(name): \(complaint ?? "")")
    }
  }
}
