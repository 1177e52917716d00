import Containers
import Kernels
import Merging
import Models
import Tensors
import Testing
import TestSupport

/// What bitsandbytes makes of small tensors: codes and scales to the bit.
@Suite struct GoldenQuantizationTests {
  static let cases = ((try? Fixtures.names(in: "quant")) ?? []).filter { $0 != "bnb-format" }

  @Test func `the fixtures are there`() { #expect(Self.cases.count == 14) }

  @Test(arguments: cases)
  func `codes, scales and numbers are bitsandbytes'`(_ name: String) throws {
    let state = try LooseJSON(parsing: Fixtures.bytes("quant/\(name)/case.json"))["state"]
    let isDouble = state?["double_quant"] == .flag(true)
    let format = try #require(
      state?["quant_type"]?.text.flatMap(QuantizationFormat.init))
    let scheme = QuantizationScheme(
      format, blockSize: Int(state?["blocksize"]?.number ?? 0), isDouble: isDouble)
    try ScratchFolder.with { scratch in
      let path = try quantize(
        "quant/\(name)/input.safetensors", by: scheme, to: scratch.path("q.safetensors"))
      let found = try TensorFile.open(path).byName()
      let expected = try TensorFile.open(
        Fixtures.path("quant/\(name)/expected/quantized.safetensors")
      ).byName()
      #expect(found["weight"]?.bytes == expected["codes"]?.bytes)
      #expect(found["weight.quant_map"]?.floats == expected["quant_map"]?.floats)
      if isDouble {
        #expect(found["weight.absmax"]?.bytes == expected["absmax_u8"]?.bytes)
        #expect(
          found["weight.nested_quant_map"]?.bytes == expected["nested_quant_map"]?.bytes)
        // The mean of the scales can differ in its last bit.
        let tolerance = Tolerance(absolute: 1e-7, relative: 1e-6)
        #expect(
          tolerance.complaint(
            found["weight.nested_absmax"]?.doubles ?? [],
            expected["nested_absmax"]?.doubles ?? []) == nil)
      } else {
        #expect(found["weight.absmax"]?.bytes == expected["absmax"]?.bytes)
      }
      try dequantize(path, to: scratch.path("d.safetensors"))
      let numbers = try #require(
        TensorFile.open(scratch.path("d.safetensors")).byName()["weight"])
      let wanted = try #require(expected["dequantized"])
      #expect(numbers.type == wanted.type && numbers.shape == wanted.shape)
      let complaint = Tolerance(absolute: 1e-7, relative: 1e-6)
        .complaint(numbers.doubles ?? [], wanted.doubles ?? [])
      #expect(complaint == nil)
    }
  }

  @Test func `a checkpoint of bitsandbytes is read to the bit`() throws {
    try ScratchFolder.with { scratch in
      try dequantize(
        Fixtures.path("quant/bnb-format/model.safetensors"), to: scratch.path("d.safetensors"))
      let found = try TensorFile.open(scratch.path("d.safetensors")).byName()
      let expected = try TensorFile.open(
        Fixtures.path("quant/bnb-format/expected/dequantized.safetensors")
      ).byName()
      #expect(expected.count == 14)
      for (name, tensor) in expected { #expect(found[name] == tensor, "\(name)") }
      #expect(!found.keys.contains { $0.contains("quant") || $0.contains("absmax") })
    }
  }

  private func quantize(
    _ fixture: String, by scheme: QuantizationScheme, to path: String
  ) throws -> String {
    let source = try Checkpoint.open(Fixtures.path(fixture))
    var quantize = Quantize(source, by: scheme, to: output(path))
    quantize.targets = [ExactString("weight")]
    _ = try quantize.run()
    return path
  }

  private func dequantize(_ path: String, to result: String) throws {
    _ = try Dequantize(try Checkpoint.open(path), to: output(result)).run()
  }

  private func output(_ path: String) -> EditOutput {
    EditOutput(
      .file(path),
      settings: CheckpointWriter.Settings(
        output: OutputOptions(), compression: .none, threads: 2))
  }
}

extension TensorFile {
  /// All tensors in memory, by name.
  func byName() throws -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: try tensors().map { ($0.0.name, $0.1) })
  }
}
