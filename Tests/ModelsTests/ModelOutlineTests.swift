import Containers
import JSON
import Models
import Tensors
import Testing
import TestSupport

@Suite struct ModelOutlineTests {
  private func outline(_ name: String) throws -> ModelOutline {
    let checkpoint = try Checkpoint.open(Fixtures.path(name))
    return try ModelOutline(
      name: name,
      stored: checkpoint.tensors.map {
        ModelTensor($0.entry.name, $0.entry.shape, $0.entry.type)
      }, configuration: checkpoint.configuration)
  }

  /// Bases with adapters that PEFT made on all their linear layers.
  @Test(arguments: [
    ("llama-bf16", "llama-bf16-all-linear", 8), ("gpt2-f32", "gpt2-conv1d", 8),
  ])
  func `an adapter on all linear layers has as many parameters as PEFT's`(
    _ base: String, _ adapter: String, _ rank: Int
  ) throws {
    let all = try #require(TargetSet.usual(for: try outline("merge/bases/\(base)")).last)
    let trained = try TensorFile.open(
      Fixtures.path("merge/\(adapter)/adapter/adapter_model.safetensors"))
    let count = trained.header.entries.reduce(0) { $0 + $1.shape.elementCount }
    #expect(rank * all.parametersPerRank == count)
  }

  /// The tensors that a configuration promises are those that its files hold.
  @Test(arguments: ["llama-f32", "llama-tied-bf16", "gpt2-f32", "qwen2-bf16"])
  func `a configuration has the tensors of its checkpoint`(_ base: String) throws {
    let stored = try outline("merge/bases/\(base)")
    let config = try JSONValue(contentsOf: Fixtures.path("merge/bases/\(base)/config.json"))
    let promised = try ModelArchitecture.outline(of: ModelConfiguration(config, file: base))
    func sorted(_ model: ModelOutline) -> [String] {
      model.tensors.map { "\($0.name) \($0.shape) \($0.type)" }.sorted()
    }
    #expect(sorted(stored) == sorted(promised))
    #expect(stored.outputWidth == promised.outputWidth)
    #expect(Set(stored.linears.map(\.name)) == Set(promised.linears.map(\.name)))
  }

  @Test func `a plain network is linear to its last layer`() throws {
    let model = try outline("merge/bases/mlp-f32")
    #expect(model.linears.count == model.tensors.count { $0.shape.rank == 2 })
    #expect(!model.readsTokens)
    #expect(TargetSet.usual(for: model).map(\.name) == ["all linear"])
  }

  @Test func `masks, rotary tables and a tied matrix once more are no parameters`() throws {
    let stored = [
      ModelTensor("wte.weight", [10, 4], .f32), ModelTensor("wpe.weight", [20, 4], .f32),
      ModelTensor("h.0.attn.c_attn.weight", [4, 12], .f32),
      ModelTensor("h.0.attn.c_attn.bias", [12], .f32),
      ModelTensor("h.0.attn.bias", [1, 1, 20, 20], .f32),
      ModelTensor("h.0.attn.masked_bias", [], .f32),
      ModelTensor("rotary_emb.inv_freq", [2], .f32), ModelTensor("position_ids", [1, 20], .i64),
      ModelTensor("lm_head.weight", [10, 4], .f32),
    ]
    let tied = try ModelOutline(
      name: "m", stored: stored,
      configuration: ModelConfiguration(
        ["tie_word_embeddings": true, "n_positions": 20], file: "config.json"))
    #expect(
      tied.leftOut == [
        "h.0.attn.bias", "h.0.attn.masked_bias", "rotary_emb.inv_freq", "position_ids",
        "lm_head.weight",
      ])
    #expect(tied.parameterCount == 40 + 80 + 48 + 12)
    #expect(tied.outputWidth == 10)
    #expect(tied.linears.map(\.name) == ["h.0.attn.c_attn"])
  }

  @Test(arguments: [
    ("model.layers.3.self_attn.q_proj", LinearModule.Role.query),
    ("h.3.attn.c_attn", .queryKeyValue), ("h.3.attn.c_proj", .attentionOutput),
    ("h.3.mlp.c_proj", .down), ("h.3.mlp.c_fc", .up),
    ("bert.encoder.layer.0.attention.output.dense", .attentionOutput),
    ("bert.encoder.layer.0.output.dense", .down),
    ("bert.encoder.layer.0.intermediate.dense", .up),
    ("gpt_neox.layers.0.attention.dense", .attentionOutput),
    ("model.layers.0.self_attn.dense", .attentionOutput),
    ("model.layers.0.mlp.experts.7.w2", .down), ("model.layers.0.mlp.gate", .other),
    ("fc1", .other),
  ])
  func `a layer's role is told by its name`(_ name: String, _ role: LinearModule.Role) throws {
    let model = try ModelOutline(
      name: "m", stored: [ModelTensor(name + ".weight", [3, 5], .f32)], configuration: nil)
    #expect(model.linears.map(\.role) == [role])
  }

  @Test func `GPT-2's layers read what stands first in their shape`() throws {
    let model = try ModelPreset.named("gpt2").outline()
    let attention = try #require(model.linears.first)
    #expect((attention.inputWidth, attention.outputWidth) == (768, 2304))
  }

  @Test(arguments: ["layers.0.q_proj.qweight", "layers.0.q_proj.weight.absmax"])
  func `quantized weights are refused by name`(_ tensor: String) {
    #expect(throws: ModelOutlineError.quantized(file: "m", tensor: tensor)) {
      try ModelOutline(name: "m", stored: [ModelTensor(tensor, [3], .u8)], configuration: nil)
    }
  }

  @Test func `more parameters than any model has are refused`() {
    #expect(throws: ModelOutlineError.tooLarge(file: "m")) {
      try ModelOutline(
        name: "m", stored: [ModelTensor("w", [1 << 31, 1 << 31, 4], .f32)], configuration: nil)
    }
  }
}
