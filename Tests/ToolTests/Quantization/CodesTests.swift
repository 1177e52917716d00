import Containers
import TestSupport
import Tensors
import Testing

/// A checkpoint with codes in a layout of somebody's: a weight beside what belongs to it.
private struct Layout: Sendable, CustomTestStringConvertible {
  let name: String
  let tensors: [(name: String, type: String, shape: [Int], byteCount: Int)]
  /// What `inspect` counts; nil where the codes are packed in a way that is not known.
  let parameters: Double?
  /// Whether its weights can be written out.
  let isRead: Bool

  var testDescription: String { name }

  /// Beside a plain weight of four elements.
  init(
    _ name: String, _ tensors: [(String, String, [Int], Int)], parameters: Double?,
    isRead: Bool = true
  ) {
    self.name = name
    self.isRead = isRead
    self.tensors = tensors.map { ($0.0, $0.1, $0.2, $0.3) } + [("norm.weight", "F32", [4], 16)]
    self.parameters = parameters
  }
}

private let layouts = [
  Layout(
    "fp8", [("q.weight", "F8_E4M3", [4, 4], 16), ("q.weight_scale_inv", "F32", [1, 1], 4)],
    parameters: 20),
  Layout("bare fp8", [("q.weight", "F8_E5M2", [4, 4], 16)], parameters: 20),
  Layout(
    "GPTQ",
    [
      ("q.qweight", "I32", [1, 8], 32), ("q.scales", "F16", [1, 8], 16),
      ("q.qzeros", "I32", [1, 1], 4), ("q.g_idx", "I32", [8], 32),
    ], parameters: 68),
  Layout(
    "compressed-tensors",
    [
      ("q.weight", "I8", [4, 4], 16), ("q.weight_scale", "BF16", [4, 1], 8),
    ], parameters: 20),
  Layout(
    "MXFP4",
    [
      ("experts.down_proj_blocks", "U8", [1, 4, 1, 16], 64),
      ("experts.down_proj_scales", "U8", [1, 4, 1], 4),
    ], parameters: 132),
  Layout(
    "HQQ",
    [
      ("q.W_q", "U8", [4, 2], 8), ("q.scale", "F16", [4, 1], 8), ("q.zero", "F16", [4, 1], 8),
    ], parameters: nil, isRead: false),
  Layout(
    "torchao",
    [("q._weight_qdata", "I8", [4, 4], 16), ("q._weight_scale", "BF16", [4], 8)],
    parameters: 20, isRead: false),
  Layout(
    "words without settings",
    [
      ("q.weight", "U32", [8, 1], 32), ("q.scales", "F16", [8, 1], 16),
      ("q.biases", "F16", [8, 1], 16),
    ], parameters: nil, isRead: false),
]

/// Codes are no numbers, and what lies beside them is no weight.
@Suite struct CodesTests {
  private static let llama = Fixtures.path("merge/bases/llama-f32")

  @Test(arguments: layouts)
  private func
    `the type of what lies beside codes is nobody's to change, and they are counted right`(
      _ layout: Layout
    ) throws
  {
    try ScratchFolder.with { scratch in
      try scratch.write(RawSafetensors.zeros(layout.tensors), to: "m.safetensors")
      let result = try Tool.run(
        ["convert", "m.safetensors", "--dtype", "bf16", "-o", "o"], in: scratch.root)
      #expect(result.exitCode == 64)
      #expect(result.errorText.contains("belongs to weights stored in codes"))
      #expect(result.errorText.contains("lora dequantize --dtype"))
      #expect(!scratch.holds("o"))
      let quantized = try Tool.run(["quantize", "m.safetensors", "-o", "o"], in: scratch.root)
      #expect(quantized.exitCode == 65)
      #expect(
        !layout.isRead || quantized.errorText.contains("is quantized already; use lora dequantize"))
      let written = try Tool.run(["dequantize", "m.safetensors", "-o", "o"], in: scratch.root)
      #expect(written.exitCode == (layout.isRead ? 0 : 65), "\(written.errorText)")
      #expect(scratch.holds("o") == layout.isRead)
      #expect(layout.isRead || written.errorLines.count == 1)

      let copied = try Tool.run(["convert", "m.safetensors", "-o", "c"], in: scratch.root)
      #expect(copied.exitCode == 0, "\(copied.errorText)")
      let seen = try Tool.run(["inspect", "m.safetensors", "--json"], in: scratch.root)
      let file = try LooseJSON(parsing: seen.output)["files"]?[0]
      #expect(file?["parameters"]?.number == layout.parameters)
    }
  }

  @Test(arguments: ["nf4", "fp4", "int8"])
  func `bitsandbytes' codes are written out, not cast, and counted as what they stand for`(
    _ format: String
  ) throws {
    try ScratchFolder.with { scratch in
      let result = try Tool.shell(
        """
        set -e
        $LORA quantize \(Self.llama) --format \(format) -o q --quiet
        $LORA inspect q --json > coded.json
        $LORA inspect \(Self.llama) --json > full.json
        """, in: scratch.root)
      #expect(result.exitCode == 0, "\(result.errorText)")
      let counts = try ["coded.json", "full.json"].map {
        try LooseJSON(parsing: scratch.read($0))["files"]?[0]?["parameters"]?.number
      }
      #expect(counts[0] == counts[1] && counts[0] != nil)
      let cast = try Tool.run(["convert", "q", "--dtype", "f16", "-o", "o"], in: scratch.root)
      #expect(cast.exitCode == 64)
      #expect(cast.errorText.contains("lora dequantize --dtype"))
      #expect(!scratch.holds("o"))
    }
  }

  @Test func `a merge casts no scales either, and counts what it has written`() throws {
    try ScratchFolder.with { scratch in
      let adapter = Fixtures.path("merge/llama-plain/adapter")
      let result = try Tool.shell(
        """
        $LORA quantize \(Self.llama) --targets up_proj -o q --quiet || exit 9
        $LORA merge q \(adapter) --dtype bf16 -o cast --quiet
        echo $?
        $LORA merge q \(adapter) --dequantize --dtype bf16 -o full --json || exit 9
        """, in: scratch.root)
      let lines = result.text.split(separator: "\n", maxSplits: 1).map(String.init)
      #expect(lines[0] == "64", "\(result.errorText)")
      #expect(!scratch.holds("cast"))
      let report = try LooseJSON(parsing: Array(lines[1].utf8))
      let files = try Checkpoint.open(scratch.path("full"))
      let told = ["changed", "copied", "recoded"].map {
        Int(report["tensors_" + $0]?.number ?? 0)
      }
      #expect(told.reduce(0, +) == files.entries.count)
      #expect(report["bytes"]?.number == Double(files.dataSize))
      #expect(files.entries.allSatisfy { $0.type == .bf16 })
    }
  }
}
