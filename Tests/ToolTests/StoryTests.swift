import Foundation
import TestSupport
import Testing

/// The commands in README.md, run as they are written there.
@Suite struct StoryTests {
  /// The code block after `marker`.
  private func block(_ marker: String) throws -> String {
    let text = try String(contentsOfFile: Fixtures.packageRoot + "/README.md", encoding: .utf8)
    let parts = try #require(text.range(of: "<!-- \(marker) -->\n```sh\n"), "\(marker)")
    let rest = text[parts.upperBound...]
    return String(rest[..<(try #require(rest.range(of: "\n```")).lowerBound)])
  }

  @Test func `the ten commands of the story run as written, and the base comes back`() throws {
    let story = try block("commands: story")
    #expect(story.split(separator: "\n").count == 10)
    try ScratchFolder.with { scratch in
      let result = try Tool.shell(
        """
        set -e
        lora() { "$LORA" "$@"; }
        \(story)
        cmp base/model.safetensors restored/model.safetensors
        """, in: scratch.root)
      // What a run is about to do is said on stderr; complaints begin with the name.
      #expect(!result.errorText.contains("lora:"), "\(result.errorText)")
      #expect(result.exitCode == 0)
      let predictions = String(decoding: try scratch.read("predictions.csv"), as: UTF8.self)
      #expect(predictions.split(separator: "\n").count == 301)
    }
  }

  @Test func `the main job trains an adapter that is worth it`() throws {
    let job = try block("command: main job")
    let training = try #require(job.range(of: ".build/release/lora "))
    try ScratchFolder.with { scratch in
      let words = job[training.upperBound...].replacing("/tmp/adapter", with: "adapter")
      let result = try Tool.shell(
        "ln -s \"$PACKAGE/fixtures\" fixtures; $LORA \(words) --json", in: scratch.root,
        environment: ["PACKAGE": Fixtures.packageRoot])
      #expect(result.errorText == "")
      #expect(result.exitCode == 0)
      #expect(scratch.holds("adapter/adapter_model.safetensors"))
      let report = try LooseJSON(parsing: result.output)
      #expect(report["trained_parameters"]?.number == 1_044)
      #expect(report["base_parameters"]?.number == 4_547)
      let accuracies = try #require(report["metrics"]?.items).map { $0["accuracy"]?.number ?? .nan }
      // On the 60 rows held out, then on the 240 others. With twelve seeds the adapted network had
      // 0.90 to 0.967 of the former right, and 0.938 to 0.967 of the latter.
      #expect(accuracies.count == 4)
      #expect(accuracies[0] < 0.45 && accuracies[2] < 0.35)
      #expect(accuracies[1] >= 0.85 && accuracies[3] >= 0.9)
    }
  }
}
