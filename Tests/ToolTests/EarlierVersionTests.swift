import TestSupport
import Testing

/// What version 0.1.0 wrote, in the hands of this one.
@Suite struct EarlierVersionTests {
  private static let folder = "version-0.1.0"
  private static let bases = [
    "merged": "spirals/base", "merged-bf16": "merge/bases/mlp-bf16",
  ]

  /// Runs `lora` where the fixtures are laid out as they were when 0.1.0 wrote them.
  private func run(
    _ words: String, in scratch: ScratchFolder
  ) throws -> ProcessResult {
    if !scratch.holds("spirals") {
      for name in ["spirals", "merge", Self.folder] {
        try scratch.copy(Fixtures.path(name), as: name)
      }
    }
    return try Tool.run(
      words.split(separator: " ").map(String.init), in: scratch.path(Self.folder))
  }

  @Test(arguments: [
    ("merged", "../spirals/base adapter"),
    ("merged-bf16", "../merge/bases/mlp-bf16 ../merge/mlp-bf16-biases/adapter"),
  ])
  func `a merge is what it was, with its remainder, byte for byte`(name: String, merge: String)
    throws
  {
    try ScratchFolder.with { scratch in
      let result = try run(
        "merge \(merge) -o \(name).safetensors --reversible --quiet --force", in: scratch)
      #expect(result.exitCode == 0, "\(result.errorText)")
      for end in ["", ".remainder.safetensors"] {
        let file = "\(Self.folder)/\(name).safetensors\(end)"
        #expect(try scratch.read(file) == Fixtures.bytes(file), "\(file)")
      }
    }
  }

  @Test(arguments: bases)
  func `a merged file is verified, and comes apart by its remainder and by its base`(
    name: String, base: String
  ) throws {
    try ScratchFolder.with { scratch in
      let verified = try run("verify \(name).safetensors --base ../\(base)", in: scratch)
      #expect(verified.exitCode == 0, "\(verified.errorText)")
      for way in ["", " --base ../\(base)"] {
        let taken = try run(
          "unmerge \(name).safetensors -o out.safetensors --force --quiet\(way)", in: scratch)
        #expect(taken.exitCode == 0, "\(taken.errorText)")
        let same = try run("diff out.safetensors ../\(base)", in: scratch)
        #expect(same.exitCode == 0, "\(same.errorText)")
      }
    }
  }

  @Test func `an adapter is inspected, scored, trained on and repeated by its settings`() throws {
    try ScratchFolder.with { scratch in
      for words in [
        "inspect adapter --base ../spirals/base",
        "eval ../spirals/base ../spirals/rotated.csv --adapter adapter",
        "train ../spirals/base ../spirals/rotated.csv --init-adapter adapter --steps 2 -o on",
        "train ../spirals/base ../spirals/rotated.csv --config adapter -o again",
        "swap merged.safetensors adapter@0.5 -o half.safetensors",
      ] {
        let result = try run(words, in: scratch)
        #expect(result.exitCode == 0, "\(words): \(result.errorText)")
      }
    }
  }

  @Test func `a state of training is refused by its version, and by --force replaced`() throws {
    try ScratchFolder.with { scratch in
      let words =
        "train ../spirals/base ../spirals/rotated.csv --config adapter --checkpoint states "
        + "--quiet -o again"
      let refused = try run(words + " --resume", in: scratch)
      #expect(refused.exitCode == 65)
      #expect(
        refused.errorText == "lora: error: states/step-00000040: was saved by lora 0.1.0, and this "
          + "is 0.2.0, which goes on in other bits; end the run with 0.1.0, or start anew with "
          + "--force in place of --resume\n")
      #expect(!scratch.holds("\(Self.folder)/again"))
      #expect(scratch.holds("\(Self.folder)/states/step-00000040"))
      let anew = try run(words + " --every 50 --force", in: scratch)
      #expect(anew.exitCode == 0, "\(anew.errorText)")
      #expect(!scratch.holds("\(Self.folder)/states/step-00000040"))
      let resumed = try run(words + " --every 50 --resume --force", in: scratch)
      #expect(resumed.exitCode == 0, "\(resumed.errorText)")
    }
  }
}
