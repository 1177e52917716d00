import Containers
import TestSupport
import Tensors
import Testing

/// A quantized file with something wrong in it, and what is said.
private struct Damage: Sendable, CustomTestStringConvertible {
  let about: String
  /// Tensors of the file by the end of their names: changed, or left out with nil.
  let changes: [String: Tensor?]
  let message: String

  var testDescription: String { about }
}

private let description = "2.weight.quant_state.bitsandbytes__nf4"

/// A description with other words in it.
private func state(
  type: String = "nf4", block: Int = 64, dtype: String = "float32", shape: String = "[64, 64]"
) -> Tensor {
  let text =
    "{\"quant_type\": \"\(type)\", \"blocksize\": \(block), \"dtype\": \"\(dtype)\", "
    + "\"shape\": \(shape), \"nested_blocksize\": 256, \"nested_dtype\": \"float32\", "
    + "\"nested_offset\": 1.0}"
  return Tensor(type: .u8, shape: [text.utf8.count], bytes: Array(text.utf8))
}

private let damages = [
  Damage(
    about: "no scales", changes: ["2.weight.absmax": nil],
    message: "tensor \"2.weight\": is quantized, and its part \"2.weight.absmax\" is missing"),
  Damage(
    about: "no levels", changes: ["2.weight.quant_map": nil],
    message: "tensor \"2.weight\": is quantized, and its part \"2.weight.quant_map\" is missing"),
  Damage(
    about: "no scales of the scales", changes: ["2.weight.nested_absmax": nil],
    message: "tensor \"2.weight\": is quantized, and its part \"2.weight.nested_absmax\" is missing"
  ),
  Damage(
    about: "no codes", changes: ["2.weight": nil],
    message: "tensor \"2.weight\": is quantized, and its part \"2.weight\" is missing"),
  Damage(
    about: "no description", changes: [description: nil],
    message: "tensor \"2.weight\": is quantized, and its part \"\(description)\" is missing"),
  Damage(
    about: "an unknown type", changes: [description: state(type: "nf3")],
    message: "tensor \"\(description)\": the quantization \"nf3\" is not known; expected nf4 or fp4"
  ),
  Damage(
    about: "two types", changes: [description: state(type: "fp4")],
    message: "tensor \"\(description)\": says \"quant_type\" is fp4, and its name says nf4"),
  Damage(
    about: "a block size nobody has", changes: [description: state(block: 48)],
    message: "tensor \"\(description)\": a block size of 48, expected one of 32, 64, 128"),
  Damage(
    about: "a block size that does not divide as the scales do",
    changes: [description: state(block: 128)],
    message: "tensor \"2.weight.absmax\": expected U8 with 32 elements"),
  Damage(
    about: "another shape", changes: [description: state(shape: "[64, 63]")],
    message: "tensor \"2.weight\": expected 2016 bytes of codes"),
  Damage(
    about: "an impossible shape", changes: [description: state(shape: "[64, -64]")],
    message: "tensor \"\(description)\": \"shape\" is no list of sizes above 0"),
  Damage(
    about: "an unknown dtype", changes: [description: state(dtype: "float8")],
    message: "tensor \"\(description)\": \"dtype\" is float8, expected float32"),
  Damage(
    about: "a description that is no JSON",
    changes: [description: Tensor(type: .u8, shape: [2], bytes: [0x7B, 0x5B])],
    message: "tensor \"\(description)\": is no JSON object"),
  Damage(
    about: "levels that are not finite",
    changes: ["2.weight.quant_map": Tensor([Float](repeating: .nan, count: 16), shape: [16])],
    message: "tensor \"2.weight.quant_map\": has a number that is not finite"),
]

/// What a person does wrong with `quantize` and `dequantize`.
private struct Misuse: Sendable, CustomTestStringConvertible {
  let arguments: [String]
  let code: Int32
  let message: String

  var testDescription: String { arguments.joined(separator: " ") }
}

private let misuses = [
  Misuse(
    arguments: ["quantize", "BASE", "-o", "out", "--block", "48"], code: 64,
    message: "--block is 48, expected 32, 64, 128, 256, 512, 1024, 2048, 4096; "
      + "see 'lora help quantize'"),
  Misuse(
    arguments: ["quantize", "BASE", "-o", "out", "--format", "int8", "--block", "64"], code: 64,
    message: "--format int8 has a scale for each row; leave --block out; see 'lora help quantize'"),
  Misuse(
    arguments: ["quantize", "BASE", "-o", "out", "--format", "nf3"], code: 64,
    message: "the value 'nf3' is invalid for '--format <name>'"),
  Misuse(
    arguments: ["quantize", "QUANTIZED", "-o", "out"], code: 65,
    message: "QUANTIZED: tensor \"0.weight.nested_absmax\": is quantized already; "
      + "use lora dequantize first"),
  Misuse(
    arguments: ["quantize", "BASE", "-o", "out", "--targets", "q_proj"], code: 65,
    message: "BASE: no module is called \"q_proj\""),
  Misuse(
    arguments: ["quantize", "BASE", "-o", "out", "--skip", "*"], code: 65,
    message: "BASE: no tensor to quantize"),
  Misuse(
    arguments: ["quantize", "BASE", "-o", "out", "--targets", "0.bias", "--format", "int8"],
    code: 65, message: "BASE: tensor \"0.bias\": shape [64] has no rows to scale"),
  Misuse(
    arguments: ["dequantize", "BASE", "-o", "out"], code: 65,
    message: "BASE: holds no quantized tensor"),
  Misuse(
    arguments: ["dequantize", "QUANTIZED", "-o", "out", "--dtype", "u8"], code: 64,
    message: "the value 'u8' is invalid for '--dtype <type>'"),
]

@Suite struct QuantizationRefusalTests {
  private static let base = Fixtures.path("train/spirals/base")
  private static let quantized = Fixtures.path("train/spirals/quantized/model.safetensors")

  /// A copy of the quantized network with other tensors.
  private func damaged(_ damage: Damage, in scratch: ScratchFolder) throws -> String {
    var tensors = try TensorFile.open(Self.quantized).tensors().map { ($0.0.name, $0.1) }
    for (name, tensor) in damage.changes {
      let index = try #require(tensors.firstIndex { $0.0 == name })
      if let tensor { tensors[index].1 = tensor } else { tensors.remove(at: index) }
    }
    let path = scratch.path("damaged.safetensors")
    let writer = try TensorFileWriter(
      to: .path(path, OutputOptions()), entries: tensors.map { ($0, $1.type, $1.shape) })
    for (_, tensor) in tensors { try tensor.bytes.withBytes { try writer.append($0) } }
    try writer.finish()
    return path
  }

  @Test(arguments: damages)
  private func `a damaged file is named with what is wrong`(damage: Damage) throws {
    try ScratchFolder.with { scratch in
      let path = try damaged(damage, in: scratch)
      let result = try Tool.run(["dequantize", path, "-o", scratch.path("out"), "--quiet"])
      #expect(result.exitCode == 65)
      #expect(
        result.errorText.hasPrefix("lora: error: \(path): \(damage.message)"), "\(result.errorText)"
      )
      #expect(result.errorLines.count == 1)
      #expect(try scratch.names() == ["damaged.safetensors"])
    }
  }

  @Test(arguments: misuses)
  private func `a misuse is refused before anything is written`(misuse: Misuse) throws {
    try ScratchFolder.with { scratch in
      let places = ["BASE": Self.base, "QUANTIZED": Self.quantized]
      let result = try Tool.run(
        misuse.arguments.map { places[$0] ?? $0 } + ["--quiet"], in: scratch.root)
      let message = misuse.message.replacing("BASE", with: Self.base)
        .replacing("QUANTIZED", with: Self.quantized)
      #expect(result.exitCode == misuse.code)
      #expect(result.errorText.hasPrefix("lora: error: \(message)"), "\(result.errorText)")
      #expect(result.errorLines.count == 1)
      #expect(try scratch.names().isEmpty)
    }
  }

  @Test(arguments: [Float.nan, .infinity], ["nf4", "int8"])
  func `a weight that is not finite is named`(value: Float, format: String) throws {
    try ScratchFolder.with { scratch in
      var weights = [Float](repeating: 0.5, count: 3 * 50)
      weights[77] = value
      let path = scratch.path("base.safetensors")
      let writer = try TensorFileWriter(
        to: .path(path, OutputOptions()), entries: [("a.weight", .f32, [3, 50])])
      try weights.withBytes { try writer.append($0) }
      try writer.finish()
      let result = try Tool.run(
        ["quantize", path, "-o", scratch.path("out"), "--format", format])
      #expect(result.exitCode == 65)
      #expect(
        result.errorText.hasPrefix(
          "lora: error: \(path): tensor \"a.weight\": element 77 is \(value), which no level"),
        "\(result.errorText)")
      #expect(try scratch.names() == ["base.safetensors"])
    }
  }

  @Test func `a stream of codes has to be saved first`() throws {
    let result = try Tool.run(
      ["dequantize", "-", "-o", "-"],
      input: Fixtures.bytes("train/spirals/quantized/model.safetensors"))
    #expect(result.exitCode == 64)
    #expect(result.errorText.contains("save it to a file first"), "\(result.errorText)")
    #expect(result.output.isEmpty)
  }
}
