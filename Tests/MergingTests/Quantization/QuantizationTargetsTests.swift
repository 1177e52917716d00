import AdapterSamples
import Containers
import JSON
import Kernels
import Merging
import Models
import Tensors
import TestSupport
import Testing

/// A model's weights by what transformers and bitsandbytes make of them.
private struct Model: Sendable, CustomTestStringConvertible {
  let type: String
  /// Linear layers.
  let quantized: [String]
  /// Embeddings, output layers, experts and what is kept in F32.
  let full: [String]
  /// What transformers calls some of those.
  var inMemory: [String] = []

  var testDescription: String { type }
}

private let models = [
  Model(
    type: "t5",
    quantized: [
      "encoder.block.0.layer.0.SelfAttention.q", "encoder.block.0.layer.1.DenseReluDense.wi",
    ],
    full: [
      "shared", "lm_head", "encoder.block.0.layer.0.SelfAttention.relative_attention_bias",
      "encoder.block.0.layer.1.DenseReluDense.wo",
    ]),
  Model(
    type: "deberta-v2", quantized: ["deberta.encoder.layer.0.attention.self.query_proj"],
    full: [
      "deberta.encoder.rel_embeddings", "deberta.embeddings.word_embeddings", "classifier",
    ]),
  Model(
    type: "whisper", quantized: ["model.decoder.layers.0.encoder_attn.q_proj"],
    full: ["proj_out", "model.decoder.embed_positions", "model.decoder.embed_tokens"]),
  Model(
    type: "mixtral", quantized: ["model.layers.0.self_attn.q_proj"],
    full: [
      "model.layers.0.block_sparse_moe.gate", "model.layers.0.block_sparse_moe.experts.0.w1",
      "model.layers.0.block_sparse_moe.experts.1.w2", "model.embed_tokens", "lm_head",
    ]),
  Model(
    type: "deepseek_v3",
    quantized: [
      "model.layers.0.mlp.gate_proj", "model.layers.1.mlp.shared_experts.gate_proj",
      "model.layers.1.self_attn.kv_a_proj_with_mqa",
    ],
    full: ["model.layers.1.mlp.gate", "model.layers.1.mlp.experts.0.gate_proj"]),
  // transformers takes "…mlp.gate" in its list for the start of "…mlp.gate_proj" as well.
  Model(
    type: "somebody's", quantized: ["layers.0.mlp.up_proj"],
    full: ["layers.0.mlp.gate", "layers.0.mlp.gate_proj"]),
  // One matrix in the file, several modules in memory, under other names than the file's.
  Model(
    type: "nomic_bert", quantized: ["encoder.layers.0.attn.out_proj", "encoder.layers.0.mlp.fc2"],
    full: ["encoder.layers.0.attn.Wqkv", "embeddings.word_embeddings"],
    inMemory: ["layers.0.self_attn.q_proj", "layers.0.self_attn.v_proj"]),
  Model(
    type: "dinov2", quantized: ["encoder.layer.0.mlp.weights_out"],
    full: ["encoder.layer.0.mlp.weights_in"], inMemory: ["encoder.layer.0.mlp.gate_proj"]),
  Model(
    type: "qwen", quantized: ["transformer.h.0.attn.c_attn", "transformer.h.0.attn.c_proj"],
    full: ["transformer.wte"]),
]

@Suite struct QuantizationTargetsTests {
  private static func write(
    _ modules: [String], type: String, in scratch: ScratchFolder
  ) throws -> String {
    try scratch.write("{\"model_type\": \"\(type)\"}", to: "base/config.json")
    try TinyLlama.write(
      modules.map { ($0 + ".weight", AdapterDraft.tensor([8, 8])) },
      to: scratch.path("base/model.safetensors"))
    return scratch.path("base")
  }

  @Test(arguments: models)
  private func `only what transformers would quantize is, and its configuration names the rest`(
    _ model: Model
  ) throws {
    try ScratchFolder.with { scratch in
      let base = try Self.write(model.quantized + model.full, type: model.type, in: scratch)
      let result = try Tool.run(["quantize", base, "-o", scratch.path("q"), "--quiet"])
      #expect(result.exitCode == 0, "\(result.errorText)")
      let found = try Checkpoint.open(scratch.path("q"))
      let codes = found.entries.filter { $0.type == .u8 && $0.name.hasSuffix(".weight") }
      #expect(
        Set(codes.map { QuantizationTargets.module(of: $0.name) }) == Set(model.quantized))
      let skipped = found.config?["quantization_config"]?["llm_int8_skip_modules"]?.array?
        .compactMap(\.string)
      #expect(Set(skipped ?? []).isSuperset(of: model.full + model.inMemory))
      // Tied ones are modules without a tensor.
      #expect(Set(skipped ?? []).isSuperset(of: ["lm_head", "proj_out"]))
      let hasExperts = model.full.contains(where: QuantizationTargets.isOfExperts)
      #expect(result.errorText.contains("of experts") == hasExperts)
    }
  }

  @Test(arguments: ["nf4", "int8"])
  func `weights that lie the other way round are refused`(_ format: String) throws {
    try ScratchFolder.with { scratch in
      let base = try Self.write(
        ["h.0.attn.c_attn", "h.0.attn.c_proj", "wte"], type: "gpt2", in: scratch)
      let arguments = ["quantize", base, "--format", format, "-o", scratch.path("q"), "--quiet"]
      let result = try Tool.run(arguments)
      #expect(result.exitCode == 65)
      #expect(result.errorText.contains("h.0.attn.c_attn.weight\": is of a Conv1D layer"))
      #expect(!scratch.holds("q"))
    }
  }

  @Test func `layers of a class that transformers leaves alone are refused`() throws {
    try ScratchFolder.with { scratch in
      let base = try Self.write(
        ["transformer.h.0.mlp.dense_h_to_4h"], type: "falcon", in: scratch)
      let result = try Tool.run(["quantize", base, "-o", scratch.path("q"), "--quiet"])
      #expect(result.exitCode == 65 && result.errorText.contains("a class of their own"))
      #expect(!scratch.holds("q"))
    }
  }

  @Test func `what is named against that is done, and said`() throws {
    try ScratchFolder.with { scratch in
      let base = try Self.write(
        ["model.layers.0.mlp.experts.0.up_proj", "model.layers.0.mlp.experts.1.up_proj"],
        type: "olmoe", in: scratch)
      let result = try Tool.run([
        "quantize", base, "--targets", "up_proj", "-o", scratch.path("q"), "--quiet",
      ])
      #expect(result.exitCode == 0)
      #expect(result.errorText.contains("experts.0.up_proj.weight\" and 1 more are nothing that"))
    }
  }
}
