import Containers
import TestSupport
import Tensors
import Testing

/// `quantize` and `dequantize` as a person uses them.
@Suite struct QuantizationStoryTests {
  private static let llama = Fixtures.path("merge/bases/llama-bf16")

  private func tensors(_ path: String) throws -> [String: Tensor] {
    var all: [String: Tensor] = [:]
    for shard in try Checkpoint.open(path).shards {
      for (entry, tensor) in try shard.file.tensors() { all[entry.name] = tensor }
    }
    return all
  }

  private func run(_ arguments: [String], in scratch: ScratchFolder) throws -> ProcessResult {
    let result = try Tool.run(arguments, in: scratch.root)
    #expect(result.exitCode == 0, "\(result.errorText)")
    return result
  }

  @Test(arguments: [
    ["--format", "nf4"], ["--format", "fp4", "--block", "128"], ["--no-double-quant"],
    ["--format", "int8"],
  ])
  func `a folder goes there and back, what is not quantized to the bit`(_ kind: [String]) throws {
    try ScratchFolder.with { scratch in
      let result = try run(["quantize", Self.llama, "-o", "q", "--json"] + kind, in: scratch)
      _ = try run(["dequantize", "q", "-o", "d"], in: scratch)
      let (before, after) = (try tensors(Self.llama), try tensors(scratch.path("d")))
      #expect(before.keys.sorted() == after.keys.sorted())
      let report = try LooseJSON(parsing: result.output)
      let rows = try #require(report["tensors"]?.items)
      #expect(rows.count == 14)
      var reported: [String: LooseJSON] = [:]
      for row in rows { reported[row["tensor"]?.text ?? ""] = row }
      for (name, tensor) in before {
        let back = try #require(after[name])
        #expect(back.type == tensor.type && back.shape == tensor.shape)
        guard let row = reported[name] else {
          #expect(back == tensor, "\(name)")
          continue
        }
        try expectErrors(row, tensor.doubles ?? [], back.doubles ?? [])
      }
      let config = try LooseJSON(parsing: scratch.read("q/config.json"))["quantization_config"]
      #expect(config?["quant_method"]?.text == "bitsandbytes")
      let restored = try LooseJSON(parsing: scratch.read("d/config.json"))
      #expect(restored.members?["quantization_config"] == nil)
      let index = try LooseJSON(parsing: scratch.read("d/model.safetensors.index.json"))
      #expect(index["weight_map"]?.members?.count == before.count)
    }
  }

  private func expectErrors(_ row: LooseJSON, _ before: [Double], _ after: [Double]) throws {
    let missed = zip(before, after).map { $0 - $1 }
    let squares = missed.reduce(0) { $0 + $1 * $1 }
    let size = before.reduce(0) { $0 + $1 * $1 }
    let rmse = (squares / Double(before.count)).squareRoot()
    #expect(row["max_error"]?.number == missed.map(\.magnitude).max())
    #expect(abs(try #require(row["rmse"]?.number) - rmse) <= 1e-5 * rmse)
    let ratio = DecibelScale.value(of: size / squares)
    #expect(abs(try #require(row["snr_db"]?.number) - ratio) <= 1e-3)
  }

  @Test func `threads, streams and compression do not change a bit`() throws {
    try ScratchFolder.with { scratch in
      let base = Fixtures.path("merge/bases/llama-f32/model.safetensors")
      _ = try run(["quantize", base, "-o", "one.safetensors", "--threads", "1"], in: scratch)
      let expected = try scratch.read("one.safetensors")
      _ = try run(["quantize", base, "-o", "three.safetensors", "--threads", "3"], in: scratch)
      #expect(try scratch.read("three.safetensors") == expected)
      for script in [
        "$LORA quantize - -o - < \(base) > a", "cat \(base) | $LORA quantize - -o a --force",
        "gzip -c \(base) | $LORA quantize - -o a --force",
        "$LORA quantize \(base) -o a.safetensors.gz --force && gunzip -c a.safetensors.gz > a",
      ] {
        let result = try Tool.shell(script, in: scratch.root)
        #expect(result.exitCode == 0, "\(result.errorText)")
        #expect(try scratch.read("a") == expected, "\(script)")
      }
    }
  }

  @Test func `a dtype is what the numbers are rounded to`() throws {
    try ScratchFolder.with { scratch in
      _ = try run(["quantize", Self.llama, "-o", "q"], in: scratch)
      _ = try run(["dequantize", "q", "-o", "own"], in: scratch)
      let own = try tensors(scratch.path("own"))
      for (name, type) in [("f32", DType.f32), ("f16", .f16), ("f64", .f64)] {
        _ = try run(["dequantize", "q", "-o", name, "--dtype", name], in: scratch)
        let converted = try tensors(scratch.path(name))
        let key = "model.layers.0.self_attn.q_proj.weight"
        #expect(converted[key] == own[key]?.converted(to: try #require(type.floatFormat)))
        #expect(converted["model.norm.weight"] == own["model.norm.weight"])
      }
    }
  }

  @Test func `inspect tells what is quantized`() throws {
    try ScratchFolder.with { scratch in
      for (format, options) in [("nf4", []), ("int8", ["--format", "int8"])] {
        _ = try run(["quantize", Self.llama, "-o", "q", "--force"] + options, in: scratch)
        let result = try run(["inspect", "q", "--json"], in: scratch)
        let file = try LooseJSON(parsing: result.output)["files"]?[0]
        #expect(file?["quantized"]?["weights"]?.number == 14)
        #expect(file?["quantized"]?["formats"] == .array([.text(format)]))
      }
    }
  }

  @Test func `globs choose, and skip`() throws {
    try ScratchFolder.with { scratch in
      _ = try run(
        ["quantize", Self.llama, "-o", "q", "--targets", "*.q_proj,v_proj", "--skip", "*.1.*"],
        in: scratch)
      let quantized = try tensors(scratch.path("q")).filter { $0.value.type == .u8 }
      let weights = quantized.keys.filter { $0.hasSuffix(".weight") }.sorted()
      #expect(
        weights == ["q", "v"].map { "model.layers.0.self_attn.\($0)_proj.weight" })
    }
  }
}
