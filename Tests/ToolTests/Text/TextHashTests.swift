import Foundation
import TestSupport
import Testing

/// Texts and scores are the same bits on every machine.
@Suite struct TextHashTests {
  private static let models = ["qwen3", "gemma2", "phi3-longrope", "gpt2", "mixtral", "olmo2"]
  private static let rows = "{\"text\": \"some text, and more\"}\n{\"text\": \"abc abc abc\"}\n"

  /// What each run of `arguments` answers, over instruction sets and threads.
  private func answers(_ arguments: [String], input: String = "") throws -> Set<[UInt8]> {
    var answers: Set<[UInt8]> = []
    for set in ["portable", "avx2", "avx512", nil] {
      for threads in ["1", "2", "3"] {
        let run = try Tool.run(
          arguments + ["--threads", threads], input: Array(input.utf8),
          environment: set.map { ["LORA_INSTRUCTION_SET": $0] } ?? [:])
        // An instruction set that the processor lacks is refused.
        if set != nil, set != "portable", run.exitCode == 64 { continue }
        #expect(run.exitCode == 0, "\(run.errorText)")
        answers.insert(run.output)
      }
    }
    return answers
  }

  @Test(arguments: models)
  func `a text is one, whatever computes it`(name: String) throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel(name, in: folder)
      let drawn = ["--temperature", "1.1", "--seed", "3", "--tokens", "24", "--json"]
      #expect(try answers(["generate", model.path, "Once upon"] + drawn).count == 1)
    }
  }

  @Test(arguments: models)
  func `scores are one, whatever computes them`(name: String) throws {
    try ScratchFolder.with { folder in
      let model = try SmallTextModel(name, in: folder)
      #expect(try answers(["eval", model.path, "-", "--json"], input: Self.rows).count == 1)
    }
  }

  @Test(arguments: ["roberta", "modernbert", "llama-classify"])
  func `probabilities are one, whatever computes them`(name: String) throws {
    let sample = ClassifierSample(name: name)
    let arguments = ["predict", sample.model, "-", "--json", "--adapter", sample.adapter]
    #expect(try answers(arguments, input: sample.rows(labelled: false)).count == 1)
  }
}
