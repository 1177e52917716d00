import Containers
import JSON
import Kernels
import Models
import Tensors
import TestSupport
import Testing
import TextModels
import Training

/// A golden model's file written in another form.
@Suite struct StoredFormTests {
  private typealias Entries = [(name: String, tensor: Tensor)]

  private func entries(of golden: GoldenModel) throws -> Entries {
    try TensorFile.open(golden.path + "/base/model.safetensors").tensors().map {
      ($0.0.name, $0.1)
    }
  }

  /// What `body` makes of the model with these tensors.
  private func with<Result>(
    _ golden: GoldenModel, _ entries: Entries, _ body: (TextModel<Double>) throws -> Result
  ) throws -> Result {
    try ScratchFolder.with { folder in
      var (data, parts) = ([UInt8](), [String]())
      for (name, tensor) in entries {
        let range = "[\(data.count),\(data.count + tensor.bytes.count)]"
        let shape = tensor.shape.dimensions.map(String.init).joined(separator: ",")
        parts.append(
          "\"\(name)\":{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
            + "\"data_offsets\":\(range)}")
        data += tensor.bytes
      }
      let header = "{" + parts.joined(separator: ",") + "}"
      try folder.write(
        RawSafetensors.bytes(header: header, data: data), to: "model.safetensors")
      try folder.copy(golden.path + "/base/config.json", as: "config.json")
      return try body(TextModel(folder.root))
    }
  }

  /// The complaint about logits of the model with these tensors.
  private func complaint(
    _ golden: GoldenModel, _ entries: Entries, within tolerance: Double = 1e-9
  ) throws -> String? {
    try with(golden, entries) { model in
      #expect(model.unusedTensors.isEmpty)
      return try golden.complaint(about: model.network, "base", within: tolerance)
    }
  }

  @Test(arguments: ["qwen3-moe", "mixtral"])
  func `experts in one tensor are the same experts`(name: String) throws {
    let golden = GoldenModel(name: name)
    let entries = try entries(of: golden)
    let (gate, up, down) =
      name == "mixtral" ? ("w1", "w3", "w2") : ("gate_proj", "up_proj", "down_proj")
    var stacked = entries.filter { !$0.name.contains(".experts.") }
    for layer in 0..<2 {
      let block = "model.layers.\(layer)." + (name == "mixtral" ? "block_sparse_moe." : "mlp.")
      func bytes(_ names: [String]) -> [UInt8] {
        (0..<4).flatMap { expert in
          names.flatMap { part in
            entries.first { $0.name == "\(block)experts.\(expert).\(part).weight" }?.tensor.bytes
              ?? []
          }
        }
      }
      let inner = name == "mixtral" ? 40 : 20
      stacked.append(
        (
          block + "experts.gate_up_proj",
          Tensor(type: .f32, shape: [4, 2 * inner, 32], bytes: bytes([gate, up]))
        ))
      stacked.append(
        (
          block + "experts.down_proj",
          Tensor(type: .f32, shape: [4, 32, inner], bytes: bytes([down]))
        ))
    }
    let complaint = try complaint(golden, stacked)
    #expect(complaint == nil, "\(complaint ?? "")")
  }

  @Test(arguments: [
    ("gpt2", "transformer.", ""), ("distilbert", "distilbert.", ""),
    ("qwen3", "model.", "language_model.model."), ("qwen3", "model.", "model.language_model."),
    ("bert-regression", "LayerNorm.weight", "LayerNorm.gamma"),
    ("bert-regression", "LayerNorm.bias", "LayerNorm.beta"),
  ])
  func `tensors are found under the names that other versions gave them`(
    name: String, here: String, there: String
  ) throws {
    let golden = GoldenModel(name: name)
    let renamed = try entries(of: golden).map { entry in
      (
        entry.name.hasPrefix(here) || entry.name.hasSuffix(here)
          ? entry.name.replacing(here, with: there, maxReplacements: 1) : entry.name,
        entry.tensor
      )
    }
    let complaint = try complaint(golden, renamed)
    #expect(complaint == nil, "\(complaint ?? "")")
  }

  @Test(arguments: ["gpt2", "qwen3", "gemma2"])
  func `weights in 16 bits are the rounded ones`(name: String) throws {
    let golden = GoldenModel(name: name)
    for type in [DType.bf16, .f16] {
      let entries = try entries(of: golden)
      let halves = entries.map { entry in
        (
          entry.name,
          Tensor(
            type: type, shape: entry.tensor.shape,
            bytes: FloatCoding.encode(
              entry.tensor.floats ?? [], as: type == .bf16 ? .bf16 : .f16))
        )
      }
      let rounded = halves.map { ($0.0, Tensor($0.1.doubles ?? [], shape: $0.1.shape)) }
      let tolerance = type == .bf16 ? 2.0 : 0.3
      let half = try logits(golden, halves)
      let whole = try logits(golden, rounded)
      #expect(Tolerance(absolute: 1e-12).complaint(half, whole) == nil)
      let complaint = try complaint(golden, halves, within: tolerance)
      #expect(complaint == nil, "\(complaint ?? "")")
    }
  }

  private func logits(_ golden: GoldenModel, _ entries: Entries) throws -> [Double] {
    try with(golden, entries) { model in
      var memory = model.network.makeMemory()
      let y = model.network.outputs(
        try golden.batch(1, as: Double.self), &memory, .inference(.one))
      return Array(y.elements[..<y.count])
    }
  }

  @Test(arguments: GoldenModel.all)
  func `no bit depends on the number of threads`(golden: GoldenModel) throws {
    let model: TextModel<Float> = try golden.model()
    let batch = try golden.batch(2, as: Float.self)
    var memory = model.network.makeMemory()
    let one = model.network.outputs(batch, &memory, .inference(.one))
    for threads in 2...3 {
      let some = model.network.outputs(batch, &memory, .inference(Workers(count: threads)))
      #expect(some.elements[..<some.count] == one.elements[..<one.count])
    }
  }
}
