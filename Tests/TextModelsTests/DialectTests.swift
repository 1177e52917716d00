import Adapters
import Containers
import Kernels
import Tensors
import TestSupport
import Testing
import TextModels
import Training

@Suite struct DialectTests {
  @Test(
    arguments: ["qwen2", "mistral-window", "llama-biases"], [AdapterDialect.kohya, .mlx, .gguf])
  func `an adapter in another tool's form attaches as PEFT's does`(
    model: String, dialect: AdapterDialect
  ) throws {
    let golden = GoldenModel(name: model)
    try ScratchFolder.with { folder in
      let adapter = try AdapterFile.open(golden.path + "/init")
      let base = try Checkpoint.open(golden.path + "/base")
      let converted = try AdapterConversion(adapter, base: base).converted(to: dialect)
      let path = folder.path(
        ["kohya": "a.safetensors", "gguf": "a.gguf"]["\(dialect)"] ?? "adapter")
      try converted.write(to: path, options: OutputOptions(synchronizes: false), threads: 1)
      var model: TextModel<Double> = try golden.model()
      try model.attach([WeightedAdapter(try AdapterFile.open(path))])
      // Scalings that are folded into B are rounded to f32.
      let complaint = try golden.complaint(
        about: model.network, "with_adapter", within: 1e-4)
      #expect(complaint == nil, "\(complaint ?? "")")
    }
  }

  @Test func `an adapter of another model is refused with all that does not fit`() throws {
    var model: TextModel<Float> = try GoldenModel(name: "qwen3").model()
    let other = try AdapterFile.open(GoldenModel(name: "gemma").path + "/init")
    let error = try #require(
      #expect(throws: ErrorList.self) { try model.attach([WeightedAdapter(other)]) })
    #expect(error.lines.count >= 4)
    #expect(error.lines.allSatisfy { $0.contains("shape") && $0.contains("expected") })
    let bert = try AdapterFile.open(GoldenModel(name: "roberta").path + "/init")
    let missing = try #require(
      #expect(throws: ErrorList.self) { try model.attach([WeightedAdapter(bert)]) })
    #expect(missing.lines[0].contains("is this the adapter's base?"))
  }

  @Test(arguments: [
    ("gpt2", [Int32](repeating: 5, count: 49), TokenProblem.tooLong(tokens: 49, positions: 48)),
    ("roberta", [Int32](repeating: 5, count: 39), .tooLong(tokens: 39, positions: 38)),
    ("qwen3", [5, 96], .unknownToken(96, place: 1, vocabulary: 96)),
    ("qwen3", [-1], .unknownToken(-1, place: 0, vocabulary: 96)),
    ("qwen3", [], .empty),
  ])
  func `a sequence that the model has no numbers for is refused`(
    model: String, tokens: [Int32], problem: TokenProblem
  ) throws {
    let model: TextModel<Float> = try GoldenModel(name: model).model()
    #expect(throws: problem) { try model.network.check(tokens) }
    if tokens.count > 2 { try model.network.check(Array(tokens.dropLast())) }
  }
}
