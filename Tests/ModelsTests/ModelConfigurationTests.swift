import Containers
import JSON
import Models
import Tensors
import Testing
import TestSupport

/// One reading of `config.json` for everyone.
struct ModelConfigurationTests {
  private static func read(_ text: String) throws -> ModelConfiguration {
    try ModelConfiguration(
      try JSONValue(parsing: Array(text.utf8), spelling: .python), file: "m/config.json")
  }

  @Test(arguments: [
    ("{}", nil), (#"{"torch_dtype": "float16"}"#, DType.f16), (#"{"dtype": "bfloat16"}"#, .bf16),
    (#"{"torch_dtype": "float16", "dtype": "bfloat16"}"#, .bf16),
    (#"{"torch_dtype": "float16", "dtype": null}"#, .f16),
    (#"{"text_config": {"dtype": "float32"}}"#, .f32),
    (#"{"text_config": {"dtype": "float32"}, "torch_dtype": "float16"}"#, .f16),
  ])
  func `the type of weights is dtype before torch_dtype, the whole before its text`(
    _ text: String, _ type: DType?
  ) throws {
    #expect(try Self.read(text).storedType == type)
  }

  @Test(arguments: [
    ("{}", nil), (#"{"tie_word_embeddings": false}"#, false),
    (#"{"text_config": {"tie_word_embeddings": true}}"#, true),
    (#"{"tie_word_embeddings": false, "text_config": {"tie_word_embeddings": true}}"#, false),
  ])
  func `embeddings are tied as the whole says, then its text`(
    _ text: String, _ isTied: Bool?
  ) throws {
    #expect(try Self.read(text).isTied == isTied)
  }

  private static let sizes: [(text: String, type: String?, heads: Int?, keyHeads: Int?)] = [
    (#"{"model_type": "llama", "num_attention_heads": 8}"#, "llama", 8, 8),
    (#"{"model_type": "gpt2", "n_head": 4}"#, "gpt2", 4, 4),
    (
      #"{"model_type": "gemma3", "num_attention_heads": 3, "text_config": "#
        + #"{"model_type": "gemma3_text", "num_attention_heads": 8, "num_key_value_heads": 2}}"#,
      "gemma3_text", 8, 2
    ),
    (#"{"model_type": "llava", "num_attention_heads": 3, "text_config": {}}"#, "llava", nil, nil),
    (#"{"text_config": null, "num_attention_heads": 3}"#, nil, 3, 3),
  ]

  @Test(arguments: sizes)
  func `sizes are those of the language model`(
    _ text: String, _ type: String?, _ heads: Int?, _ keyHeads: Int?
  ) throws {
    let configuration = try Self.read(text)
    #expect(try configuration.textType == type)
    #expect(try configuration.headCount == heads)
    #expect(try configuration.keyValueHeadCount == keyHeads)
  }

  @Test(arguments: [
    ("[]", "{}", "expected an object, found a list"),
    (#"{"text_config": 3}"#, "text_config", "expected an object, found the number 3"),
    (
      #"{"dtype": "int4"}"#, "dtype", "expected float32, float16, bfloat16, float64, found \"int4\""
    ),
    (#"{"torch_dtype": 4}"#, "torch_dtype", "expected a text, found the number 4"),
    (#"{"num_attention_heads": 0}"#, "num_attention_heads", "expected 1 to 1073741824, found 0"),
    (
      #"{"num_attention_heads": [8]}"#, "num_attention_heads",
      "expected a whole number, found a list"
    ),
    (
      #"{"tie_word_embeddings": "yes"}"#, "tie_word_embeddings",
      "expected true or false, found the text \"yes\""
    ),
    (#"{"model_type": NaN}"#, "model_type", "expected a text, found the number NaN"),
  ])
  func `what is wrong is said with its file and its key, when it is asked for`(
    _ text: String, _ key: String, _ problem: String
  ) {
    #expect(throws: SettingProblem.setting(file: "m/config.json", name: key, problem: problem)) {
      let configuration = try Self.read(text)
      _ = try configuration.storedType
      _ = try configuration.headCount
      _ = try configuration.isTied
      _ = try configuration.type
    }
  }

  @Test func `a change is made wherever the file has the setting`() throws {
    let before = try Self.read(
      #"{"torch_dtype": "float32", "text_config": {"dtype": "float32", "vocab_size": 10}}"#
    )
    var after = before
    after.setType(.bf16)
    after.untie()
    after.setVocabularySize(12)
    let members = after.members(changedSince: before)
    #expect(
      JSONValue(members: members.map { ($0.key, $0.value) }).compactText
        == #"{"torch_dtype":"bfloat16","text_config":{"dtype":"bfloat16","vocab_size":12},"#
        + #""tie_word_embeddings":false}"#)
  }

  /// mamba2's `time_step_limit` is `[0.0, Infinity]`.
  @Test func `a folder whose configuration has Python's numbers is opened and keeps them`() throws {
    try ScratchFolder.with { scratch in
      try scratch.write(
        #"{"time_step_limit": [0.0, Infinity], "low": -Infinity, "none": NaN, "dtype": "float32"}"#,
        to: "m/config.json")
      try scratch.write(
        RawSafetensors.zeros([("w", "U8", [1], 1)]), to: "m/model.safetensors")
      let checkpoint = try Checkpoint.open(scratch.path("m"))
      #expect(try checkpoint.configuration?.storedType == .f32)
      #expect(
        checkpoint.config?.compactText
          == #"{"time_step_limit":[0.0,Infinity],"low":-Infinity,"none":NaN,"dtype":"float32"}"#)
    }
  }

  @Test(arguments: ["-NaN", "+Infinity", "Infinit", "nan", "[NaNs]", "Infinity1"])
  func `other words are no numbers`(_ text: String) {
    #expect(throws: JSONFailure.self) {
      try JSONValue(parsing: Array(text.utf8), spelling: .python)
    }
  }
}
