import Foundation
import TestSupport
import Testing

/// What a run on text will take is said before, and the same bits come of it wherever it is run, however
/// it is broken off, and when it is repeated.
@Suite struct TextRunTests {
  @Test func `no bit of an adapter depends on threads, instruction set or tokens at once`() throws {
    try ScratchFolder.with { folder in
      let model = try TextTrainingTests.model(in: folder)
      let data = try folder.write(TextTrainingTests.conversations(24), to: "chat.jsonl")
      var results: Set<[UInt8]> = []
      for (extra, set) in [
        ([], nil), (["--threads", "1"], "portable"), (["--threads", "3"], nil),
        (["--micro-tokens", "30"], nil), (["--recompute"], nil),
        (["--threads", "2", "--micro-tokens", "1"], "portable"),
      ] as [([String], String?)] {
        let options = ["--dropout", "0.1", "--init-adapter", start(model), "--holdout", "0.2"]
        _ = try TextTrainingTests.train(
          model, data, options + extra, in: folder,
          environment: set.map { ["LORA_INSTRUCTION_SET": $0] } ?? [:])
        let tensors = try StoredTensors(path: folder.path("adapter/adapter_model.safetensors"))
          .tensors
        results.insert(
          Array("\(tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value.values) })".utf8))
      }
      #expect(results.count == 1)
    }
  }

  private func start(_ model: SmallTextModel) -> String {
    Fixtures.path("text/models/qwen3/init")
  }

  @Test func `a run that is taken up again ends in the same bits`() throws {
    try ScratchFolder.with { folder in
      let model = try TextTrainingTests.model(in: folder)
      let data = try folder.write(TextTrainingTests.conversations(24), to: "chat.jsonl")
      let options = ["--holdout", "0.2", "--dropout", "0.1", "--checkpoint", "states"]
      _ = try TextTrainingTests.train(
        model, data, options + ["--every", "1", "--keep", "9"], in: folder)
      let whole = try folder.read("adapter/adapter_model.safetensors")
      for later in 4...6 {
        try FileManager.default.removeItem(atPath: folder.path("states/step-0000000\(later)"))
      }
      _ = try TextTrainingTests.train(
        model, data, options + ["--every", "100", "--resume"], in: folder)
      #expect(try folder.read("adapter/adapter_model.safetensors") == whole)
      try folder.write(TextTrainingTests.conversations(23), to: "chat.jsonl")
      let other = try Tool.run(
        ["train", model.path, data, "--steps", "6", "--rank", "2", "-o", "b", "--resume"] + options,
        in: folder.root)
      #expect(other.exitCode == 65)
      #expect(other.errorText.contains("the texts"), "\(other.errorText)")
    }
  }

  @Test func `an adapter repeats its run by its own configuration`() throws {
    try ScratchFolder.with { folder in
      let model = try TextTrainingTests.model(in: folder)
      let data = try folder.write(TextTrainingTests.conversations(24), to: "chat.jsonl")
      let options = [
        "--system", "Be brief.", "--max-tokens", "30", "--pack", "--plus-ratio", "4", "--loss",
        "all", "--set", "x=[1, 2]", "--holdout", "0.2", "--batch-size", "3", "--too-long", "cut",
        "--micro-tokens", "99", "--form", "messages", "--format", "jsonl", "--date", "2026-01-31",
        "--fields", "messages=messages", "--recompute",
      ]
      _ = try TextTrainingTests.train(model, data, options, in: folder)
      let first = try folder.read("adapter/adapter_model.safetensors")
      let again = try Tool.run(
        ["train", model.path, data, "--config", folder.path("adapter"), "-o", folder.path("again")]
          + ["--quiet"])
      #expect(again.exitCode == 0, "\(again.errorText)")
      #expect(try folder.read("again/adapter_model.safetensors") == first)
    }
  }

  @Test func `a plan says what a run would take, and starts nothing`() throws {
    try ScratchFolder.with { folder in
      let model = try TextTrainingTests.model(in: folder)
      let data = try folder.write(TextTrainingTests.conversations(40), to: "chat.jsonl")
      let result = try Tool.run(
        ["plan", model.path, data, "--rank", "2", "--batch-size", "4", "--json"], in: folder.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
      let plan = try LooseJSON(parsing: result.output)
      #expect(plan["texts"]?.text == "\(data): 40 rows of messages")
      #expect(plan["run"]?.text?.hasPrefix("30 steps (3 epochs)") == true)
      let seconds = try #require(plan["expected_seconds"]?.number)
      #expect(seconds > 0)
      let parts = try #require(plan["step_memory"]?.items)
      let kept = parts.compactMap { $0["bytes"]?.number }
      let recomputed = parts.compactMap { $0["recomputed_bytes"]?.number }
      #expect(kept.last == kept.dropLast().reduce(0, +))
      #expect(recomputed[recomputed.count - 1] < kept[kept.count - 1])
      let refused = try Tool.run(["plan", model.path, "--max-tokens", "9"], in: folder.root)
      #expect(refused.exitCode == 64)
      #expect(refused.errorText.contains("--max-tokens is for a plan with texts"))
    }
  }
}
