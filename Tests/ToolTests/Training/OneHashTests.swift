import Kernels
import TestSupport
import Testing

/// Training has one result: the SHA-256 of adapter and log, for any instruction set and number of
/// threads, on every machine.
@Suite struct OneHashTests {
  struct Run: CustomTestStringConvertible {
    let name: String
    var base = "base"
    let words: [String]
    /// SHA-256 of the result and then the log.
    let hash: String

    var testDescription: String { name }

    init(_ name: String, base: String = "base", _ words: [String], _ hash: String) {
      (self.name, self.base, self.words, self.hash) = (name, base, words, hash)
    }
  }

  private static let usual = [
    "--steps", "12", "--batch-size", "32", "--optimizer", "adamw", "--learning-rate", "0.01",
    "--weight-decay", "0.01", "--seed", "3", "--schedule", "cosine", "--warmup", "2",
  ]

  static let runs = [
    Run(
      "LoRA", ["--rank", "4", "--alpha", "8"],
      "12970ab49ab715345e7e59909df51352924fa20da34ca9d607f3a228afad21c2"),
    Run(
      "NF4", base: "quantized", ["--rank", "4", "--alpha", "8"],
      "ee23a73dde394ea74b19b948a4ed084400d513fff1fe0fc54e614c3de49d8bcb"),
    Run(
      "bf16", base: "half", ["--rank", "4", "--alpha", "8", "--train-bias"],
      "5503055154a1cc6bd09046bc57fb6883d1a1be082f1242572319236618465ad2"),
    Run(
      "DoRA with dropout", ["--dora", "--rank", "2", "--dropout", "0.2"],
      "465e90ad8a0dbdc24626dfa08d6f46422a8c859f5dc3d4af8c5dfb5d2cd5683a"),
    Run(
      "clipping and accumulation",
      ["--clip-norm", "0.1", "--accumulate", "3", "--batch-size", "25", "--rslora"],
      "c409556788d8ace70a0e33371762d6c2a0af8c79e27e3ec9fcf0df62848dbf03"),
    Run(
      "wide, all weights", base: "wide", ["--full", "--batch-size", "0", "--steps", "3"],
      "174d494608f4438bd2174ccdf467d1a671fc68bc5a375dd9a3c62cb763cefc64"),
    Run(
      "wide, LoRA+", base: "wide",
      ["--rank", "8", "--plus-ratio", "4", "--batch-size", "0", "--steps", "3"],
      "c8a6c921df3e3aa4f8ff64b6b816f4b290a311fc5b915ffa160c8c16dbad63aa"),
  ]

  @Test(arguments: runs, InstructionSet.available)
  func `a run has one hash`(run: Run, instructions: InstructionSet) throws {
    try ScratchFolder.with { scratch in
      let result = try Tool.shell(
        """
        set -e
        export \(InstructionSet.variable)=\(instructions.rawValue)
        cp -r \(TrainingStoryTests.base) base
        cp -r \(Fixtures.path("train/spirals/quantized")) quantized
        cp \(TrainingStoryTests.rotated) table.csv
        $LORA convert base --dtype bf16 -o half --quiet
        $LORA pretrain table.csv --hidden 192,112 --activation gelu --steps 3 --seed 5 --quiet -o wide
        for threads in 1 2 3 5 16; do
          $LORA train \(run.base) table.csv \(Self.usual.joined(separator: " ")) \
            \(run.words.joined(separator: " ")) --threads $threads --log log -o out.safetensors \
            --any-base --force --quiet
          cat out.safetensors log | sha256sum | cut -d' ' -f1
        done
        """, in: scratch.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
      let hashes = result.text.split(separator: "\n").map(String.init)
      #expect(hashes == Array(repeating: run.hash, count: 5))
    }
  }
}
