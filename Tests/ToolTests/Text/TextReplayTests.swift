import TestSupport
import Testing

/// A stored run of PyTorch and PEFT on text, replayed by the binary alone from its files.
private struct StoredTextRun: CustomTestStringConvertible {
  let name: String
  let settings: LooseJSON

  var testDescription: String { name }
  var path: String { "text/models/" + name }

  static let all: [StoredTextRun] = ((try? Fixtures.names(in: "text/models")) ?? []).compactMap {
    name in
    guard let bytes = try? Fixtures.bytes("text/models/\(name)/case.json"),
      let settings = try? LooseJSON(parsing: bytes)
    else { return nil }
    return StoredTextRun(name: name, settings: settings)
  }

  /// The rows of all steps, and how many make one.
  func rows() throws -> (path: String, perStep: Int) {
    let file = settings["tokens"]?.text?.split(separator: "/").last ?? ""
    let path = "text/tokens/" + file.replacing(".safetensors", with: ".jsonl")
    let lines = try Fixtures.bytes(path).split(separator: UInt8(ascii: "\n"))
    let first = try lines.count { try LooseJSON(parsing: Array($0))["step"]?.number == 1 }
    return (Fixtures.path(path), first)
  }

  func number(_ keys: String...) -> String {
    let value = keys.reduce(Optional(settings)) { $0?[$1] }?.number ?? 0
    return value == value.rounded() ? "\(Int(value))" : "\(value)"
  }

  func arguments(log: String, output: String) throws -> [String] {
    let rows = try rows()
    return [
      "train", Fixtures.path(path + "/base"), rows.path, "--init-adapter",
      Fixtures.path(path + "/init"), "--no-shuffle", "--holdout", "0", "--batch-size",
      "\(rows.perStep)", "--steps", number("steps"), "--learning-rate", number("optimizer", "lr"),
      "--weight-decay", number("optimizer", "weight_decay"), "--warmup",
      number("optimizer", "schedule", "warmup_steps"), "--clip-norm", number("clip_grad_norm"),
      "--log", log, "-o", output, "--quiet",
    ]
  }

  func tolerance(_ name: String) -> Double { settings["tolerance"]?[name]?.number ?? 0 }
}

@Suite struct TextReplayTests {
  @Test func `all stored models are replayed`() {
    #expect(StoredTextRun.all.count == 28)
  }

  @Test(arguments: StoredTextRun.all)
  fileprivate func `a run is replayed from its files, every loss and the whole adapter`(
    run: StoredTextRun
  ) throws {
    try ScratchFolder.with { scratch in
      let result = try Tool.run(
        try run.arguments(log: scratch.path("log"), output: scratch.path("adapter")))
      #expect(result.exitCode == 0, "\(result.errorText)")
      let trace = try LooseJSON(parsing: Fixtures.bytes(run.path + "/expected/trace.json"))
      let losses = try #require(trace["loss_f64"]?.items).compactMap(\.number)
      let found = try scratch.read("log").split(separator: UInt8(ascii: "\n")).compactMap {
        try LooseJSON(parsing: Array($0))["loss"]?.number
      }
      #expect(found.count == losses.count)
      for (found, loss) in zip(found, losses) {
        #expect(abs(found - loss) / max(loss, 0.1) <= run.tolerance("loss_rel"))
      }
      try expectAdapter(scratch.path("adapter/adapter_model.safetensors"), run)
    }
  }

  private func expectAdapter(_ path: String, _ run: StoredTextRun) throws {
    let expected = try StoredTensors(run.path + "/expected/adapter/adapter_model.safetensors")
      .tensors
    let found = try StoredTensors(path: path).tensors
    #expect(Set(found.keys) == Set(expected.keys))
    for (name, tensor) in expected {
      let complaint = Tolerance(absolute: run.tolerance("final_abs"))
        .complaint(found[name]?.values ?? [], tensor.values)
      #expect(complaint == nil, "\(name): \(complaint ?? "")")
    }
  }
}
