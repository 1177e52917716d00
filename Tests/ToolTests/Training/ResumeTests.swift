import TestSupport
import Testing

/// Runs that are stopped and taken up again.
@Suite struct ResumeTests {
  /// A run of some hundred steps with all that has a state: momenta, schedule, shuffled batches.
  private static let run = [
    "train", TrainingStoryTests.base, TrainingStoryTests.rotated, "--epochs", "40", "--schedule",
    "cosine", "--warmup", "20", "--holdout", "0", "--clip-norm", "1", "--threads", "1", "--quiet",
    "--no-sync",
  ]

  private func train(_ extra: [String], in scratch: ScratchFolder) throws -> ProcessResult {
    try Tool.run(Self.run + extra, in: scratch.root)
  }

  /// The bytes and the log of a run without a break.
  private func whole(
    _ extra: [String] = [], in scratch: ScratchFolder
  ) throws -> (adapter: [UInt8], log: [UInt8]) {
    let result = try train(
      extra + ["-o", "whole.safetensors", "--log", "whole.jsonl"], in: scratch)
    #expect(result.exitCode == 0, "\(result.errorText)")
    return (try scratch.read("whole.safetensors"), try scratch.read("whole.jsonl"))
  }

  @Test func `a run killed again and again ends in the bits and the log of one without a break`()
    throws
  {
    try ScratchFolder.with { scratch in
      let whole = try whole(in: scratch)
      let command =
        (["$LORA"] + Self.run).joined(separator: " ")
        + " -o out.safetensors --log out.jsonl --checkpoint states --every 7 --keep 2 --resume"
      let result = try Tool.shell(
        """
        for pause in 0.11 0.23 0.05 0.31 0.17 0.41; do
          \(command) 2>/dev/null & process=$!
          sleep $pause; kill -9 $process; wait $process 2>/dev/null
          [ $(ls states | wc -l) -le 3 ] || echo too many states
        done
        \(command) --force
        """, in: scratch.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
      #expect(result.text == "")
      #expect(try scratch.read("out.safetensors") == whole.adapter)
      #expect(try scratch.read("out.jsonl") == whole.log)
    }
  }

  @Test(arguments: [("INT", 130), ("TERM", 143), ("HUP", 129)])
  func `a signal saves the state and ends with its own code`(name: String, code: Int) throws {
    try ScratchFolder.with { scratch in
      // Long enough that the signal comes before its end, on a fast machine too.
      let length = ["--epochs", "400"]
      let whole = try whole(length, in: scratch)
      let command =
        (["$LORA"] + Self.run + length).joined(separator: " ")
        + " -o out.safetensors --checkpoint states --every 100000"
      let result = try Tool.shell(
        """
        \(command) & process=$!
        while [ ! -d states ]; do sleep 0.001; done
        kill -\(name) $process; wait $process; echo $?
        """, in: scratch.root)
      #expect(result.text == "\(code)\n")
      #expect(result.errorLines.count == 1)
      #expect(
        result.errorText.contains("the state is saved in states/step-")
          && result.errorText.contains("go on with the same command and --resume"),
        "\(result.errorText)")
      #expect(!scratch.holds("out.safetensors"))
      let resumed = try train(
        length + ["-o", "out.safetensors", "--checkpoint", "states", "--resume"], in: scratch)
      #expect(resumed.exitCode == 0, "\(resumed.errorText)")
      #expect(try scratch.read("out.safetensors") == whole.adapter)
    }
  }

  @Test func `a damaged newest state is named, and the one before it used`() throws {
    try ScratchFolder.with { scratch in
      let whole = try whole(in: scratch)
      let options = ["-o", "out.safetensors", "--checkpoint", "states", "--force"]
      let first = try train(options + ["--every", "100"], in: scratch)
      #expect(first.exitCode == 0, "\(first.errorText)")
      let newest = "states/step-00000400/"
      #expect(scratch.holds(newest))
      for file in ["lora-manifest.json", "lora-state.json", "state.safetensors"] {
        let intact = try scratch.read(newest + file)
        let damages: [[UInt8]] = [
          [], Array(intact.dropLast(2)), Array(intact.prefix(intact.count / 2)),
          intact.enumerated().map { $0 == intact.count * 2 / 3 ? $1 ^ 1 : $1 },
          intact.enumerated().map { $0 == intact.count - 4 ? $1 ^ 64 : $1 },
        ]
        for damaged in damages {
          try scratch.write(damaged, to: newest + file)
          let result = try train(options + ["--resume"], in: scratch)
          #expect(result.exitCode == 0, "\(result.errorText)")
          #expect(result.errorLines.count == 1 && result.errorText.contains("step-00000400"))
          #expect(result.errorText.contains("an earlier state is looked for"))
          #expect(try scratch.read("out.safetensors") == whole.adapter)
        }
        try scratch.write(intact, to: newest + file)
      }
    }
  }

  @Test func `a state is taken up only by its own run`() throws {
    try ScratchFolder.with { scratch in
      let options = ["-o", "out.safetensors", "--checkpoint", "states", "--every", "100"]
      #expect(try train(options, in: scratch).exitCode == 0)
      let again = try train(options.map { $0.replacing("out", with: "two") }, in: scratch)
      #expect(again.exitCode == 73)
      #expect(
        again.errorText == "lora: error: states: holds the states of a run; go on with --resume, "
          + "or replace them with --force\n")
      let other = try train(
        options + ["--resume", "--force", "--learning-rate", "0.02"], in: scratch)
      #expect(other.exitCode == 65)
      #expect(
        other.errorText == "lora: error: states/step-00000400: was saved by another run: "
          + "--learning-rate was 0.01, here it is 0.02; give the same, or start anew with --force\n"
      )
      let table = try Tool.run(
        Self.run.map { $0 == TrainingStoryTests.rotated ? TrainingStoryTests.plain : $0 }
          + options + ["--resume", "--force"], in: scratch.root)
      #expect(table.exitCode == 65 && table.errorText.contains("another run: the table was"))
      let anew = try train(options + ["--force", "--learning-rate", "0.02"], in: scratch)
      #expect(anew.exitCode == 0, "\(anew.errorText)")
    }
  }
}
