import TestSupport
import Testing

/// An order of layers that was said once is known from then on.
@Suite struct LayerOrderStoryTests {
  @Test func `what is trained with a stated order records it`() throws {
    try ScratchFolder.with { scratch in
      let header =
        #"{"down.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"#
        + #""a.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[16,32]},"#
        + #""__metadata__":{"task":"classification"}}"#
      let data: [UInt8] = (0..<8).flatMap { [0, 0, UInt8(0x10 * $0), 0x3F] }
      _ = try scratch.write(RawSafetensors.bytes(header: header, data: data), to: "n.safetensors")
      _ = try scratch.write("a,b,y\n1,2,0\n2,1,1\n3,1,1\n", to: "t.csv")
      func run(_ words: String...) throws -> ProcessResult {
        try Tool.run(words, in: scratch.path("."))
      }
      let asked = try run("eval", "n.safetensors", "t.csv")
      #expect(asked.exitCode == 65 && asked.errorText.contains("--layers a,down"))
      let said = ["--layers", "down,a", "--steps", "3", "--quiet"] + SpelledRun.plain
      for (output, extra) in [("ad", []), ("full", ["--full"])] {
        let made = try Tool.run(
          ["train", "n.safetensors", "t.csv", "-o", output] + said + extra, in: scratch.path("."))
        #expect(made.exitCode == 0, "\(made.errorText)")
      }
      let known = try run("predict", "n.safetensors", "t.csv", "--adapter", "ad")
      #expect(known.exitCode == 0, "\(known.errorText)")
      let stated = try run(
        "predict", "n.safetensors", "t.csv", "--adapter", "ad", "--layers", "down,a")
      #expect(known.text == stated.text)
      #expect(try run("predict", "full", "t.csv").exitCode == 0)
    }
  }
}
