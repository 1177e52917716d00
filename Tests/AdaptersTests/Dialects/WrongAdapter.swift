import AdapterSamples
import JSON
import Kernels
import Tensors
import Testing

/// One thing that is wrong with an adapter, and what its one error line has to say.
struct WrongAdapter: CustomTestStringConvertible, Sendable {
  let name: String
  let form: AdapterDraft.Form
  let says: [String]
  let spoil: @Sendable (inout AdapterDraft) -> Void

  init(
    _ name: String, _ form: AdapterDraft.Form, says: String...,
    spoil: @escaping @Sendable (inout AdapterDraft) -> Void
  ) {
    self.init(name, form, all: says, spoil: spoil)
  }

  init(
    _ name: String, _ form: AdapterDraft.Form, all says: [String],
    spoil: @escaping @Sendable (inout AdapterDraft) -> Void
  ) {
    self.name = name
    self.form = form
    self.says = says
    self.spoil = spoil
  }

  var testDescription: String { "\(form): \(name)" }

  static let all: [WrongAdapter] =
    names + shapes + values + settings + methods + files + mixUps + mlx + kohya + kinds + gguf

  static let names = [
    WrongAdapter(
      "a letter swapped", .peftFolder,
      says: "q_porj.lora_A.weight\"", "nearest name in the base is",
      "\"model.layers.0.self_attn.q_proj.weight\""
    ) {
      $0.rename("q_proj", to: "q_porj")
      $0.set("target_modules", ["q_porj", "v_proj"])
    },
    WrongAdapter(
      "a layer too far", .peftFolder, says: "layers.7", "nearest name in the base is"
    ) { $0.rename("layers.1", to: "layers.7") },
    WrongAdapter(
      "another model's names", .peftFolder, says: "encoder.block.0.q", "the base has no"
    ) {
      $0.keepFirst()
      $0.rename("model.model.layers.0.self_attn.q_proj", to: "model.encoder.block.0.q")
      $0.set("target_modules", ["q"])
    },
    WrongAdapter(
      "a module not targeted", .peftFolder, says: "target_modules does not name",
      "correct the configuration"
    ) { $0.set("target_modules", ["q_proj"]) },
    WrongAdapter(
      "a layer left out", .peftFolder, says: "layers_to_transform leaves out", "layers.1"
    ) { $0.set("layers_to_transform", [0]) },
    WrongAdapter(
      "a module excluded", .peftFolder, says: "exclude_modules names", "v_proj"
    ) { $0.set("exclude_modules", ["v_proj"]) },
    WrongAdapter(
      "an embedding's factors as a linear layer's", .peftFolder,
      says: "is an embedding, whose factors PEFT calls lora_embedding_A"
    ) {
      $0.keepFirst()
      $0.rename("layers.0.self_attn.q_proj", to: "embed_tokens")
      $0.set("target_modules", ["embed_tokens"])
    },
    WrongAdapter(
      "a token's row twice", .peftFolder, says: "trainable_token_indices names a row twice"
    ) {
      $0.tensors[
        "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta"] =
        AdapterDraft.tensor([2, 32])
      $0.set("trainable_token_indices", [1, 1])
    },
    WrongAdapter(
      "a third factor", .peftFolder, says: "lora_C.weight\": is a part of LoRA's"
    ) { $0.tensors["base_model.model.\(AdapterDraft.first).lora_C.weight"] = .two },
    WrongAdapter(
      "a factor under two names", .peftFolder, says: "means the same as",
      "which one counts is unclear"
    ) {
      $0.tensors["base_model.model.\(AdapterDraft.first).lora_A.default.weight"] =
        AdapterDraft.tensor([4, 32])
    },
    WrongAdapter("no lora_B", .peftFolder, says: "q_proj.lora_A.weight\"", "no lora_B") {
      $0.remove("q_proj.lora_B.weight")
    },
    WrongAdapter("no lora_A", .peftFolder, says: "q_proj.lora_B.weight\"", "no lora_A") {
      $0.remove("q_proj.lora_A.weight")
    },
    WrongAdapter(
      "a saved module the base lacks", .peftFolder, says: "score.weight\"", "the base has no"
    ) { $0.tensors["base_model.model.score.weight"] = .two },
    WrongAdapter(
      "a bias of a layer without", .peftFolder, says: "q_proj.bias", "the base has no"
    ) {
      $0.set("lora_bias", true)
      $0.tensors["base_model.model.\(AdapterDraft.first).lora_B.bias"] = AdapterDraft.tensor([32])
    },
  ]

  static let shapes = [
    WrongAdapter("A too wide", .peftFolder, says: "expected 32 columns", "adapter's base?") {
      $0.put("q_proj.lora_A.weight", shape: [4, 33])
    },
    WrongAdapter("B too tall", .peftFolder, says: "expected 32 rows", "adapter's base?") {
      $0.put("q_proj.lora_B.weight", shape: [33, 4])
    },
    WrongAdapter("ranks that differ", .peftFolder, says: "expected 4 columns") {
      $0.put("q_proj.lora_B.weight", shape: [32, 5])
    },
    WrongAdapter("A transposed", .peftFolder, says: "expected rank 4", "[32, 4]") {
      $0.put("q_proj.lora_A.weight", shape: [32, 4])
    },
    WrongAdapter("A of one dimension", .peftFolder, says: "expected a matrix", "[128]") {
      $0.put("q_proj.lora_A.weight", shape: [128])
    },
    WrongAdapter("another rank than the pattern's", .peftFolder, says: "rank_pattern") {
      $0.set("rank_pattern", [("q_proj", 8)].asObject)
    },
    WrongAdapter("one magnitude too few", .peftFolder, says: "expected 32 magnitudes") {
      $0.keepFirst()
      $0.set("use_dora", true)
      $0.tensors["base_model.model.\(AdapterDraft.first).lora_magnitude_vector"] =
        AdapterDraft.tensor([31])
    },
    WrongAdapter(
      "a magnitude without use_dora", .peftFolder, says: "is DoRA's, and use_dora is not set"
    ) {
      $0.tensors["base_model.model.\(AdapterDraft.first).lora_magnitude_vector"] =
        AdapterDraft.tensor([32])
    },
    WrongAdapter(
      "pairs for several outputs", .peftFolder, says: "expected 8 rows", "enable_lora names 2 parts"
    ) {
      $0.keepFirst()
      $0.set("enable_lora", [true, false, true])
    },
    WrongAdapter("mlx-vlm's settings", .peftFolder, says: "are mlx-vlm's settings") {
      $0.config = [("rank", 4), ("alpha", 8), ("dropout", 0)].asObject
    },
    WrongAdapter("no magnitude", .peftFolder, says: "use_dora is set", "lora_magnitude_vector") {
      $0.keepFirst()
      $0.set("use_dora", true)
    },
    WrongAdapter("a saved module too tall", .peftFolder, says: "has 11 rows", "--resize-vocab") {
      $0.tensors["base_model.model.lm_head.weight"] = AdapterDraft.tensor([11, 32])
    },
    WrongAdapter(
      "token rows without indices", .peftFolder, says: "trainable_token_indices does not say"
    ) {
      $0.tensors["base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta"] =
        AdapterDraft.tensor([2, 32])
    },
  ]

  static let values = [
    WrongAdapter("whole numbers", .peftFolder, says: "expected F64, F32, F16 or BF16, found I32") {
      $0.put(
        "q_proj.lora_A.weight",
        Tensor(type: .i32, shape: [4, 32], bytes: [UInt8](repeating: 1, count: 512)))
    },
    WrongAdapter("a NaN", .peftFolder, says: "element 5 is nan", "damaged") {
      $0.put("q_proj.lora_A.weight", .spoiled([4, 32], at: 5, with: .nan))
    },
    WrongAdapter("an infinity", .kohya, says: "element 7 is inf", "damaged") {
      $0.put("q_proj.lora_up.weight", .spoiled([32, 4], at: 7, with: .infinity))
    },
  ]

  static let settings = [
    WrongAdapter("r 0", .peftFolder, says: "\"r\"", "1 to 65536") { $0.set("r", 0) },
    WrongAdapter("r as text", .peftFolder, says: "\"r\"", "whole number") { $0.set("r", "4") },
    WrongAdapter("alpha as text", .peftFolder, says: "\"lora_alpha\"", "a number") {
      $0.set("lora_alpha", "8")
    },
    WrongAdapter("alpha beyond doubles", .peftFolder, says: "\"lora_alpha\"", "finite") {
      $0.configText = $0.config.indentedText.replacing(
        "\"lora_alpha\": 8", with: "\"lora_alpha\": 1e999")
    },
    WrongAdapter("no targets", .peftFolder, says: "\"target_modules\"", "empty") {
      $0.set("target_modules", [])
    },
    WrongAdapter("an open parenthesis", .peftFolder, says: "\"q_proj(\"", "correct it") {
      $0.set("target_modules", "q_proj(")
    },
    WrongAdapter("an unknown bias", .peftFolder, says: "\"bias\"", "none, all or lora_only") {
      $0.set("bias", "some")
    },
  ]

  static let methods = [
    WrongAdapter("no peft_type", .peftFolder, says: "\"peft_type\"", "expected \"LORA\"") {
      $0.set("peft_type", nil)
    },
    WrongAdapter("IA3", .peftFolder, says: "\"IA3\" is not LoRA", "convert it") {
      $0.set("peft_type", "IA3")
    },
    WrongAdapter("repeated layers", .peftFolder, says: "layer_replication", "write that model") {
      $0.set("layer_replication", [[0, 1], [0, 1]])
    },
    WrongAdapter("activated LoRA", .peftFolder, says: "alora_invocation_tokens", "no merged form") {
      $0.set("alora_invocation_tokens", [1, 2])
    },
    WrongAdapter("QA-LoRA", .peftFolder, says: "use_qalora", "merge it with the tool") {
      $0.set("use_qalora", true)
    },
    WrongAdapter("PiSSA without its start", .peftFolder, says: "pissa", "--initial-adapter") {
      $0.set("init_lora_weights", "pissa")
    },
  ]

  static let files = [
    WrongAdapter("a torn configuration", .peftFolder, says: "adapter_config.json", "byte") {
      $0.configText = String($0.config.indentedText.dropLast(3))
    },
    WrongAdapter("tensors cut short", .peftFolder, says: "cut short", "fetch it again") {
      $0.cutBytes = 100
    },
    WrongAdapter("nothing in it", .peftFolder, says: "has no tensors") { $0.tensors = [:] },
    WrongAdapter("tensors and no word", .bareFile, says: "no adapter configuration") { _ in },
    WrongAdapter("a checkpoint", .bareFile, says: "no adapter configuration") {
      $0.tensors = ["model.layers.0.self_attn.q_proj.weight": AdapterDraft.tensor([32, 32])]
    },
  ]

  static let mixUps = [
    WrongAdapter(
      "PEFT's configuration, mlx-lm's names", .mlxFolder,
      says: "the configuration is PEFT's", "names of mlx-lm", "mixed up"
    ) {
      $0.config = AdapterDraft(.peftFolder).config
      $0.tensorsName = "adapter_model.safetensors"
    },
    WrongAdapter(
      "mlx-lm's configuration, PEFT's names", .peftFolder,
      says: "mlx-lm's, but the tensors have the names of PEFT", "mixed up"
    ) {
      $0.config = AdapterDraft(.mlxFolder).config
      $0.tensorsName = "adapters.safetensors"
    },
    WrongAdapter(
      "mlx-lm's configuration, PEFT's file", .peftFolder,
      says: "expected adapters.safetensors", "found adapter_model.safetensors", "mixed up"
    ) { $0.config = AdapterDraft(.mlxFolder).config },
    WrongAdapter(
      "PEFT's configuration, mlx-lm's file", .mlxFolder,
      says: "expected adapter_model.safetensors", "found adapters.safetensors", "mixed up"
    ) { $0.config = AdapterDraft(.peftFolder).config },
    WrongAdapter(
      "GGUF's names in a PEFT folder", .peftFolder, says: "names of GGUF", "mixed up"
    ) {
      $0.tensors = AdapterDraft(.gguf).tensors
    },
  ]

  static let mlx = [
    WrongAdapter("a full fine-tune", .mlxFolder, says: "fine_tune_type is \"full\"", "checkpoint") {
      $0.set("fine_tune_type", "full")
    },
    WrongAdapter("no parameters", .mlxFolder, says: "\"lora_parameters\"", "rank and scale") {
      $0.set("lora_parameters", nil)
    },
    WrongAdapter(
      "factors not transposed", .mlxFolder, says: "expected rank 4",
      "lora_a [in, r] and lora_b [r, out]"
    ) {
      $0.put("q_proj.lora_a", shape: [4, 32])
      $0.put("q_proj.lora_b", shape: [32, 4])
    },
    WrongAdapter("no scale", .mlxFolder, says: "has no scale", "state what B·A is to be") {
      $0.set("lora_parameters", [("rank", 4), ("alpha", 4), ("dropout", 0)].asObject)
    },
    WrongAdapter("an m without DoRA", .mlxFolder, says: "has DoRA's m", "fine_tune_type is lora") {
      $0.tensors["\(AdapterDraft.first).m"] = AdapterDraft.tensor([32])
    },
    WrongAdapter(
      "a whole norm", .mlxFolder, says: "model.norm.weight\": is a norm's whole parameter"
    ) {
      $0.tensors["model.norm.weight"] = AdapterDraft.tensor([32])
    },
    WrongAdapter("DoRA without m", .mlxFolder, says: "dora", "has no m") {
      $0.keepFirst()
      $0.set("fine_tune_type", "dora")
    },
  ]

  static let kohya = [
    WrongAdapter(
      "an unknown module", .kohya, says: "with underscores", "nearest name in the base is",
      "model.layers.0.self_attn.q_proj"
    ) { $0.rename("q_proj", to: "q_projx") },
    WrongAdapter("an alpha of two", .kohya, says: "alpha\"", "expected a single number") {
      $0.put("q_proj.alpha", .two)
    },
    WrongAdapter("no lora_up", .kohya, says: "lora_down.weight\"", "incomplete") {
      $0.remove("q_proj.lora_up.weight")
    },
  ]

  static let gguf = [
    WrongAdapter("a model", .gguf, says: "general.type", "expected \"adapter\"") {
      $0.gguf["general.type"] = .text("model")
    },
    WrongAdapter("a control vector", .gguf, says: "adapter.type", "only LoRA") {
      $0.gguf["adapter.type"] = .text("cvec")
    },
    WrongAdapter("an unknown architecture", .gguf, says: "\"rwkv9\"", "known are llama") {
      $0.gguf["general.architecture"] = .text("rwkv9")
    },
    WrongAdapter("an unknown name", .gguf, says: "blk.0.attn_x", "names no module") {
      $0.rename("attn_q", to: "attn_x")
    },
    WrongAdapter("a file cut short", .gguf, says: "cut short", "fetch it again") {
      $0.cutBytes = 300
    },
    WrongAdapter("heads that do not fit", .gguf, says: "4 heads", "found 30") {
      $0.put("attn_q.weight.lora_b", shape: [30, 4])
    },
    WrongAdapter("a bare tensor", .gguf, says: "blk.0.attn_norm.weight\"", "PEFT original") {
      $0.tensors["blk.0.attn_norm.weight"] = AdapterDraft.tensor([32])
    },
  ]
}

extension Tensor {
  fileprivate static let two = Tensor([Float(1), 2], shape: [2])

  fileprivate static func spoiled(_ shape: Shape, at index: Int, with value: Float) -> Tensor {
    var values = [Float](repeating: 1, count: shape.elementCount)
    values[index] = value
    return Tensor(values, shape: shape)
  }
}
