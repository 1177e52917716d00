import JSON
import Tensors

// Nothing that a configuration asks for is left out in silence.

extension ArchitectureTable {
  /// Refuses settings that would change the result and are not computed here.
  ///
  /// - Throws: `ErrorList` with all of them.
  func checkSettings(of configuration: ModelConfiguration) throws(ErrorList) {
    var errors: [any ReportableError] = []
    let text = configuration.text
    func report(_ name: String, _ problem: String) {
      errors.append(
        SettingProblem.setting(file: configuration.file, name: name, problem: problem))
    }
    for (name, wanted) in fixed {
      guard let value = text.value(name), value != wanted else { continue }
      report(
        name, "only \(wanted.compactText) is computed here, found \(value.compactText)")
    }
    let known = Self.harmless.union(Self.understood).union(ownSettings).union(fixed.map(\.name))
    for (key, value) in text.settings.object ?? [:] {
      let name = key.text
      guard !known.contains(name), !Self.isHarmless(name), !value.isNeutral else { continue }
      report(
        name,
        "is not known here, and may change what the model computes; take it out if it does "
          + "not")
    }
    if !errors.isEmpty { throw ErrorList(errors) }
  }

  /// Settings that some table reads; transformers passes over those that are not the model's own.
  private static let understood: Set<String> = [
    "activation", "activation_function", "attention_bias", "attention_multiplier",
    "attn_logit_softcapping", "classifier_activation", "classifier_bias", "classifier_pooling",
    "clip_qkv", "decoder_sparse_step", "dim", "embedding_multiplier",
    "final_logit_softcapping", "global_attn_every_n_layers", "global_rope_theta", "head_dim",
    "hidden_act", "hidden_activation", "hidden_dim", "hidden_size", "id2label",
    "intermediate_size", "layer_norm_eps", "layer_norm_epsilon", "layer_types",
    "local_attention", "local_rope_theta", "logits_scaling", "max_position_embeddings",
    "max_window_layers", "mlp_bias", "mlp_only_layers", "model_type", "moe_intermediate_size",
    "n_embd", "n_head", "n_heads", "n_inner", "n_layer", "n_layers", "n_positions",
    "no_rope_layer_interval", "no_rope_layers", "norm_bias", "norm_eps", "norm_topk_prob",
    "num_attention_heads", "num_experts", "num_experts_per_tok", "num_hidden_layers",
    "num_key_value_heads", "num_labels", "num_local_experts",
    "original_max_position_embeddings", "pad_token_id", "partial_rotary_factor",
    "problem_type", "query_pre_attn_scalar", "residual_multiplier", "rms_norm_eps",
    "rope_local_base_freq", "rope_parameters", "rope_scaling", "rope_theta", "rotary_emb_base",
    "rotary_pct", "scale_attn_by_inverse_layer_idx", "scale_attn_weights", "sliding_window",
    "sliding_window_pattern", "tie_word_embeddings", "type_vocab_size",
    "use_parallel_residual", "use_sliding_window", "vocab_size",
  ]

  /// Settings of training, of generation, of files, of speed, and of layers that are not used here.
  private static let harmless: Set<String> = [
    "architectures", "attn_implementation", "auto_map", "bad_words_ids", "begin_suppress_tokens",
    "bos_token_id", "cache_implementation", "chunk_size_feed_forward", "cls_token_id",
    "decoder_bias", "decoder_start_token_id", "deterministic_flash_attn",
    "diversity_penalty", "do_sample", "dtype", "early_stopping",
    "encoder_no_repeat_ngram_size", "eos_token_id", "exponential_decay_length_penalty",
    "finetuning_task", "forced_bos_token_id", "forced_eos_token_id", "gradient_checkpointing",
    "initializer_cutoff_factor", "initializer_range", "is_encoder_decoder", "label2id",
    "language", "length_penalty", "mask_token_id", "max_length", "min_length", "n_ctx",
    "no_repeat_ngram_size", "num_beam_groups", "num_beams", "num_return_sequences",
    "output_attentions", "output_hidden_states", "output_past", "output_router_logits",
    "output_scores", "pooler_fc_size", "pooler_num_attention_heads", "pooler_num_fc_layers",
    "pooler_size_per_head", "pooler_type", "prefix", "pretraining_tp", "quantization_config",
    "reference_compile", "remove_invalid_values", "reorder_and_upcast_attn",
    "repad_logits_with_grad", "repetition_penalty", "return_dict", "return_dict_in_generate",
    "router_aux_loss_coef", "router_jitter_noise", "sep_token_id", "sparse_pred_ignore_index",
    "sparse_prediction", "suppress_tokens", "task_specific_params", "temperature",
    "tie_encoder_decoder", "tokenizer_class", "top_k", "top_p", "torch_dtype", "torchscript",
    "transformers.js_config", "transformers_version", "type_vocab_size", "typical_p",
    "unk_token_id", "use_bfloat16", "use_cache", "max_sequence_length", "model_max_length",
    "image_token_id", "is_decoder", "add_cross_attention", "cross_attention_hidden_size",
  ]

  private static func isHarmless(_ name: String) -> Bool {
    name.hasPrefix("_") || name.hasPrefix("summary_") || name.hasPrefix("unsloth")
      || name.hasPrefix("lora.") || name.hasSuffix("dropout") || name.hasSuffix("dropout_prob")
      || name.hasSuffix("pdrop")
  }
}

extension JSONValue {
  /// Whether it asks for nothing: null, false, 0, or what is empty.
  fileprivate var isNeutral: Bool {
    switch self {
    case .null: true
    case .bool(let value): !value
    case .number(let number): number.double == 0
    case .string(let text): text.isEmpty
    case .array(let items): items.isEmpty
    case .object(let members): members.isEmpty
    }
  }
}
