import JSON

/// The settings of a LoRA adapter, as PEFT's `adapter_config.json` states them.
///
/// A missing setting has PEFT's default. What a merge or a training run does not need is kept in
/// `document`, so that a converted adapter loses nothing.
///
/// Source: <https://github.com/huggingface/peft/blob/main/src/peft/tuners/lora/config.py>
package struct AdapterConfiguration: Sendable {
  /// Which biases were trained beside the factors.
  package enum BiasMode: String, Sendable, CaseIterable {
    case none
    case all
    /// Those of the adapted modules.
    case adaptedOnly = "lora_only"
  }

  /// `r`: the rank of modules that no pattern names.
  package var rank = 8
  /// `lora_alpha`: the alpha of modules that no pattern names.
  package var alpha = 8.0
  /// `use_rslora`: scaling is alpha / √rank.
  package var isRankStabilized = false
  /// `target_modules`; nil when the file leaves the choice to PEFT's table by model type.
  package var targets: ModuleSelection?
  /// What `target_modules` would name and `exclude_modules` takes out.
  package var excluded: ModuleSelection?
  package var rankPattern = PatternTable<Int>.empty
  package var alphaPattern = PatternTable<Double>.empty
  /// Which biases were trained: `bias`.
  package var bias = BiasMode.none
  /// `lora_bias`: `lora_B` has a bias of its own.
  package var hasUpBias = false
  /// Whether modules have DoRA magnitudes: `use_dora`.
  package var usesMagnitudes = false
  /// `fan_in_fan_out`: weights are stored `[in, out]`.
  package var isFanInFanOut = false
  /// `modules_to_save`: modules that the adapter replaces whole.
  package var modulesToSave: [String] = []
  /// `layers_to_transform` and `layers_pattern`; nil adapts every layer.
  package var layers: LayerSelection?
  /// `target_parameters`: stacked expert weights.
  package var targetParameters: [String] = []
  /// Whether `trainable_token_indices` is set; the indices by embedding name, `""` for the only one.
  package var trainableTokens: [(module: String, indices: [Int])] = []
  /// `init_lora_weights` when it is the name of a method, as `pissa`.
  package var initialization: String?
  /// The base as PEFT knew it: `base_model_name_or_path`.
  package var baseModel: String?
  /// The kind of model, as `CAUSAL_LM`: `task_type`.
  package var taskType: String?
  /// Which parts of a layer's outputs have factors of their own, packed into one pair: `enable_lora`;
  /// empty when factors are plain.
  package var packedParts: [Bool] = []
  /// Whether what is tied to a targeted module is adapted alike: `ensure_weight_tying`.
  package var ensuresWeightTying = false
  /// Dropout on the adapter's input in training: `lora_dropout`.
  package var dropout = 0.0
  /// What a person should know about the settings, one sentence each: those in use that are not
  /// followed.
  package var notes: [String] = []
  /// The whole file, with what is not read here.
  package var document: JSONValue

  /// The ranks that the settings allow for `module`, the decisive one first.
  ///
  /// There can be several: PEFT sorts `rank_pattern` when it saves, so the order of overlapping keys
  /// in the file need not be the order they had in training.
  package func ranks(for module: String) throws(PatternError) -> [Int] {
    let named = try rankPattern.values(for: module)
    return named.isEmpty ? [rank] : named
  }

  /// The alpha of `module`.
  package func alpha(for module: String) throws(PatternError) -> Double {
    try alphaPattern.values(for: module).first ?? alpha
  }
}
