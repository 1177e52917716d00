import Containers
import JSON
import Models
import Tensors
import TestSupport
import Testing
import TextModels

/// A golden model whose `config.json` has other settings.
struct ChangedModel: Sendable, CustomTestStringConvertible {
  let model: String
  let changes: [String: JSONValue]
  /// What the error's line must hold.
  let words: [String]

  init(_ model: String, _ changes: [String: JSONValue], _ words: String...) {
    (self.model, self.changes, self.words) = (model, changes, words)
  }

  var testDescription: String { "\(model): \(changes.keys.sorted().joined(separator: ", "))" }

  func open() throws -> TextModel<Float> {
    let file = Fixtures.path("text/models/\(model)/base/config.json")
    var document = try JSONValue(contentsOf: file, sizeLimit: 1_000_000)
    for (key, value) in changes { document[key] = value }
    return try TextModel(
      Checkpoint.open(Fixtures.path("text/models/\(model)/base")),
      configuration: ModelConfiguration(document, file: "config.json"))
  }
}

@Suite struct ModelRefusalTests {
  private static let refused = [
    ChangedModel("llama-biases", ["model_type": "mamba"], "\"mamba\"", "llama", "modernbert"),
    ChangedModel("llama-biases", ["use_qk_norm": true], "\"use_qk_norm\"", "is not known"),
    ChangedModel("llama-biases", ["hidden_act": "quick_gelu"], "\"hidden_act\"", "quick_gelu"),
    ChangedModel("llama-biases", ["num_attention_heads": 3], "\"num_key_value_heads\""),
    ChangedModel("llama-biases", ["rms_norm_eps": "small"], "\"rms_norm_eps\"", "a number"),
    ChangedModel(
      "llama-rope-linear", ["rope_parameters": ["rope_type": "mrope"]], "\"rope_type\"", "mrope",
      "yarn"),
    ChangedModel(
      "llama-rope-linear", ["rope_parameters": ["rope_type": "linear"]], "\"factor\"",
      "is missing"),
    ChangedModel(
      "llama-rope-linear", ["rope_parameters": ["rope_type": "linear", "factor": 0]],
      "\"factor\"", "above 0"),
    ChangedModel(
      "phi3-longrope",
      ["rope_parameters": ["rope_type": "longrope", "long_factor": [1], "short_factor": [1]]],
      "\"long_factor\"", "a list of"),
    ChangedModel("phi", ["qk_layernorm": true], "\"qk_layernorm\"", "only false"),
    ChangedModel("gemma", ["use_bidirectional_attention": true], "bidirectional"),
    ChangedModel("gpt2", ["add_cross_attention": true], "\"add_cross_attention\""),
    ChangedModel("bert-regression", ["is_decoder": true], "\"is_decoder\"", "only false"),
    ChangedModel(
      "roberta", ["position_embedding_type": "relative_key"], "\"position_embedding_type\""),
    ChangedModel(
      "gemma2", ["layer_types": ["chunked_attention", "full_attention"]], "\"layer_types\"",
      "chunked_attention"),
    ChangedModel("gemma2", ["layer_types": ["full_attention"]], "\"layer_types\"", "2 kinds"),
    ChangedModel(
      "qwen2", ["layer_types": ["sliding_attention", "full_attention"]], "no sliding_window"),
    ChangedModel("qwen3-moe", ["num_experts_per_tok": 5], "\"num_experts_per_tok\"", "at most 4"),
    ChangedModel("modernbert", ["classifier_pooling": "max"], "\"classifier_pooling\"", "max"),
    ChangedModel("modernbert", ["id2label": ["1": "a"]], "\"id2label\""),
    ChangedModel("bert-multilabel", ["problem_type": "ranking"], "\"problem_type\"", "ranking"),
  ]

  @Test(arguments: refused)
  func `a setting that is not computed is refused by its name`(changed: ChangedModel) {
    let error = #expect(throws: (any Error).self) { try changed.open() }
    let line = (error as? any ReportableError)?.description ?? ""
    #expect(line.hasPrefix("config.json: "), "\(line)")
    for word in changed.words { #expect(line.contains(word), "\(line)") }
    #expect(!line.contains("\n"), "\(line)")
  }

  @Test(arguments: [
    ChangedModel("llama-biases", ["sliding_window": 4, "_attn_implementation": "sdpa"]),
    ChangedModel(
      "llama-biases", ["new_flag": false, "attention_dropout": .number(0.1), "note": .null]),
    ChangedModel("bert-regression", ["position_embedding_type": "absolute"]),
    ChangedModel("roberta", ["model_type": "xlm-roberta"]),
    ChangedModel("gpt2", ["n_ctx": 48, "task_specific_params": ["text-generation": ["a": 1]]]),
  ])
  func `a setting that changes nothing is passed over`(changed: ChangedModel) throws {
    _ = try changed.open()
  }

  @Test func `all settings that are not computed are named together`() {
    let changed = ChangedModel("phi", ["qk_layernorm": true, "use_mup": true, "alibi": true])
    let error = #expect(throws: ErrorList.self) { try changed.open() }
    #expect(error?.lines.count == 3)
  }

  @Test func `all missing and misshapen tensors are named together`() throws {
    let changed = ChangedModel(
      "qwen3", ["num_hidden_layers": 3, "vocab_size": 97, "layer_types": .null])
    let error = try #require(#expect(throws: ErrorList.self) { try changed.open() })
    #expect(error.lines.count == 12)
    #expect(error.lines.count { $0.contains("model.layers.2.") && $0.contains("missing") } == 11)
    #expect(error.lines[0].contains("shape [96, 32], expected [97, 32]"))
  }

  @Test func `tensors that are no part of the network are named`() throws {
    let model = try ChangedModel("qwen3", ["num_hidden_layers": 1, "layer_types": .null]).open()
    #expect(model.unusedTensors.count == 11)
    #expect(model.unusedTensors.allSatisfy { $0.hasPrefix("model.layers.1.") })
  }

  @Test func `weights without a configuration are refused`() throws {
    let error = #expect(throws: TextNetworkError.self) {
      try TextModel<Float>(Fixtures.path("text/models/qwen3/base/model.safetensors"))
    }
    #expect(error?.description.contains("no config.json") ?? false)
  }
}
