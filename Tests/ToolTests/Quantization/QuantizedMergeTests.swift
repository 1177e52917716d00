import Containers
import TestSupport
import Tensors
import Testing

/// Merging into quantized weights, and taking it out again, by the built binary.
@Suite struct QuantizedMergeTests {
  private static let llama = Fixtures.path("merge/bases/llama-bf16")
  private static let adapter = Fixtures.path("merge/llama-bf16-all-linear/adapter")

  private func run(_ arguments: [String], in scratch: ScratchFolder) throws -> ProcessResult {
    let result = try Tool.run(arguments, in: scratch.root)
    #expect(result.exitCode == 0, "\(arguments): \(result.errorText)")
    return result
  }

  private func tensors(_ path: String) throws -> [String: Tensor] {
    var all: [String: Tensor] = [:]
    for shard in try Checkpoint.open(path).shards {
      for (entry, tensor) in try shard.file.tensors() { all[entry.name] = tensor }
    }
    return all
  }

  /// A quantized Llama in `q`.
  private func quantize(_ kind: [String], in scratch: ScratchFolder) throws {
    _ = try run(["quantize", Self.llama, "-o", "q", "--quiet"] + kind, in: scratch)
  }

  @Test func `without a word the choice is asked for, and nothing is written`() throws {
    try ScratchFolder.with { scratch in
      try quantize([], in: scratch)
      let result = try Tool.run(["merge", "q", Self.adapter, "-o", "out"], in: scratch.root)
      #expect(result.exitCode == 64)
      #expect(
        result.errorText
          == "lora: error: q: 14 of the weights that change are quantized; say what is meant: "
          + "--dequantize[=bf16|f16|f32] writes them out in full, --requantize rounds the result "
          + "to codes again\n")
      #expect(try scratch.names() == ["q"])
    }
  }

  @Test(arguments: [[], ["--format", "fp4"], ["--format", "int8"], ["--no-double-quant"]])
  func `merging with --dequantize is merging into what dequantize writes`(
    _ kind: [String]
  ) throws {
    try ScratchFolder.with { scratch in
      try quantize(kind, in: scratch)
      _ = try run(["dequantize", "q", "-o", "full"], in: scratch)
      for (option, dtype) in [("--dequantize", []), ("--dequantize=f32", ["--dtype", "f32"])] {
        _ = try run(
          ["merge", "q", Self.adapter, "-o", "merged", "--force", option], in: scratch)
        _ = try run(
          ["merge", "full", Self.adapter, "-o", "direct", "--force"] + dtype, in: scratch)
        let (merged, direct) = (
          try tensors(scratch.path("merged")), try tensors(scratch.path("direct"))
        )
        #expect(merged.keys.sorted() == direct.keys.sorted())
        for (name, tensor) in direct where name.hasSuffix("_proj.weight") {
          #expect(merged[name] == tensor, "\(option), \(name)")
        }
        // Only the weights that were quantized take the type.
        #expect(merged["model.norm.weight"]?.type == .bf16)
        let config = try LooseJSON(parsing: scratch.read("merged/config.json"))
        #expect(config.members?["quantization_config"] == nil)
        let verified = try Tool.run(["verify", "merged", "--base", "q"], in: scratch.root)
        #expect(verified.exitCode == 0, "\(verified.errorText)")
      }
    }
  }

  @Test(arguments: [[], ["--format", "fp4", "--block", "128"], ["--format", "int8"]])
  func `merging with --requantize quantizes the exact merge, and says what that adds`(
    _ kind: [String]
  ) throws {
    try ScratchFolder.with { scratch in
      try quantize(kind, in: scratch)
      let result = try run(
        ["merge", "q", Self.adapter, "-o", "merged", "--requantize", "--json"], in: scratch)
      _ = try run(["merge", "q", Self.adapter, "-o", "exact", "--dequantize=f32"], in: scratch)
      _ = try run(["dequantize", "merged", "-o", "back"], in: scratch)
      let (exact, back) = (try tensors(scratch.path("exact")), try tensors(scratch.path("back")))
      let report = try LooseJSON(parsing: result.output)
      let rows = try #require(report["requantized_tensors"]?.items)
      #expect(rows.count == 14)
      var (squares, count, largest) = (0.0, 0, 0.0)
      for row in rows {
        let name = try #require(row["tensor"]?.text)
        let wanted = try #require(exact[name]?.doubles)
        let found = try #require(back[name]?.doubles)
        let missed = zip(wanted, found).map { $0 - $1 }
        squares += missed.reduce(0) { $0 + $1 * $1 }
        count += missed.count
        largest = max(largest, missed.map(\.magnitude).max() ?? 0)
        let added = try #require(row["largest_error_added"]?.number)
        #expect(added == missed.map(\.magnitude).max(), "\(name)")
      }
      let rms = (squares / Double(count)).squareRoot()
      #expect(abs(try #require(report["error_added"]?.number) - rms) <= 1e-5 * rms)
      #expect(report["largest_error_added"]?.number == largest)
      let verified = try Tool.run(["verify", "merged", "--base", "q"], in: scratch.root)
      #expect(verified.exitCode == 0, "\(verified.errorText)")
    }
  }

  @Test(arguments: [["--dequantize"], ["--dequantize=f32"], ["--requantize"]], [true, false])
  func `a reversible merge comes out with every code and scale`(
    _ choice: [String], isFolder: Bool
  ) throws {
    try ScratchFolder.with { scratch in
      try quantize([], in: scratch)
      let base = isFolder ? "q" : "q.safetensors"
      if !isFolder { _ = try run(["convert", "q", "-o", base], in: scratch) }
      let merged = isFolder ? "merged" : "merged.safetensors"
      _ = try run(
        ["merge", base, Self.adapter, "-o", merged, "--reversible"] + choice, in: scratch)
      _ = try run(["unmerge", merged, "-o", "back"], in: scratch)
      #expect(try tensors(scratch.path("back")) == tensors(scratch.path(base)))
      if isFolder {
        #expect(
          try LooseJSON(parsing: scratch.read("back/config.json"))
            == LooseJSON(parsing: scratch.read("q/config.json")))
        #expect(!scratch.holds("back/lora_remainder.safetensors"))
      }
      let exact = try run(["unmerge", merged, "--base", base, "-o", "again"], in: scratch)
      #expect(exact.errorText == "")
      #expect(try tensors(scratch.path("again")) == tensors(scratch.path(base)))
    }
  }

  @Test func `a damaged remainder is refused, and so is a result that was changed`() throws {
    try ScratchFolder.with { scratch in
      try quantize([], in: scratch)
      _ = try run(
        ["merge", "q", Self.adapter, "-o", "merged", "--reversible", "--requantize"], in: scratch)
      let name = "merged/lora_remainder.safetensors"
      var bytes = try scratch.read(name)
      bytes[bytes.count - 9] ^= 1
      try scratch.write(bytes, to: name)
      let damaged = try Tool.run(["unmerge", "merged", "-o", "back"], in: scratch.root)
      #expect(damaged.exitCode == 65)
      #expect(damaged.errorText.contains("is not the remainder that the merge wrote"))
      bytes[bytes.count - 9] ^= 1
      try scratch.write(bytes, to: name)
      let shards =
        try scratch.names().contains("back") ? [] : ["merged/model-00001-of-00003.safetensors"]
      for shard in shards {
        var bytes = try scratch.read(shard)
        bytes[bytes.count - 1] ^= 1
        try scratch.write(bytes, to: shard)
      }
      let changed = try Tool.run(["unmerge", "merged", "-o", "back"], in: scratch.root)
      #expect(changed.exitCode == 65)
      #expect(changed.errorText.contains("was changed after the merge"), "\(changed.errorText)")
      #expect(!scratch.holds("back"))
    }
  }

  @Test func `a swap from the base is a direct merge`() throws {
    try ScratchFolder.with { scratch in
      try quantize([], in: scratch)
      _ = try run(["merge", "q", Self.adapter, "-o", "one", "--requantize"], in: scratch)
      _ = try run(
        ["swap", "one", Self.adapter + "@0.5", "--base", "q", "--requantize", "-o", "half"],
        in: scratch)
      _ = try run(
        ["merge", "q", Self.adapter + "@0.5", "-o", "direct", "--requantize"], in: scratch)
      #expect(try tensors(scratch.path("half")) == tensors(scratch.path("direct")))
      let refused = try Tool.run(
        ["swap", "one", Self.adapter, "--requantize", "-o", "other"], in: scratch.root)
      #expect(refused.exitCode == 65 && refused.errorLines.count == 1)
    }
  }

  @Test(arguments: [
    (["merge", "Q", "A", "-o", "out", "--dequantize", "--requantize"], 64, "exclude each other"),
    (
      ["merge", "Q", "A", "-o", "out", "--dequantize=f32", "--dtype", "f16"], 64,
      "exclude each other"
    ),
    (["merge", "Q", "A", "-o", "out", "--dequantize=f31"], 64, "'f31' is invalid"),
    (["merge", "Q", "A", "--in-place", "--requantize"], 64, "--in-place changes values only"),
    (["merge", "L", "A", "-o", "out", "--requantize"], 65, "holds no quantized tensor"),
    (["merge", "-", "A", "-o", "out", "--requantize"], 64, "save it to a file first"),
  ])
  func `what makes no sense is refused`(
    _ arguments: [String], code: Int32, message: String
  ) throws {
    try ScratchFolder.with { scratch in
      try quantize([], in: scratch)
      let places = ["Q": "q", "A": Self.adapter, "L": Self.llama]
      let result = try Tool.run(
        arguments.map { places[$0] ?? $0 },
        input: Fixtures.bytes("train/spirals/quantized/model.safetensors"),
        in: scratch.root)
      #expect(result.exitCode == code)
      #expect(result.errorText.contains(message), "\(result.errorText)")
      #expect(result.errorLines.count == 1)
      #expect(try scratch.names() == ["q"])
    }
  }
}
