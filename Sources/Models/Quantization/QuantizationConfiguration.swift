import Containers
import JSON
import OrderedCollections
import Tensors

/// What `config.json` says about quantized weights, so that transformers loads them.
package enum QuantizationConfiguration {
  package static let key = "quantization_config"
  /// All members that say so; mlx-lm writes the second.
  package static let keys = [key, "quantization"]
  /// What output layers are called: tied ones are modules without a tensor, and would be quantized.
  private static let outputLayers = [
    "lm_head", "proj_out", "cls", "predictions.decoder", "generator_lm_head", "vocab_projector",
    "output_projection", "pred_layer",
  ]

  /// The member to set in `config`; empty without one.
  ///
  /// - Parameters:
  ///   - scheme: How weights are stored.
  ///   - names: The tensors that are.
  ///   - source: The checkpoint.
  ///   - aliases: Further names by which transformers knows a module.
  /// - Returns: The member, as `BitsAndBytesConfig.to_dict` in transformers writes it.
  /// - Throws: `SettingProblem` for a type of weights that is no text.
  package static func members(
    for scheme: QuantizationScheme, of names: Set<ExactString>, in source: Checkpoint,
    aliases: (String) -> [String] = { _ in [] }
  ) throws(SettingProblem) -> OrderedDictionary<String, JSONValue> {
    guard let configuration = try source.configuration else { return [:] }
    let isByte = scheme.format == .int8
    let inFull = source.entries
      .filter { QuantizationTargets.isMatrix($0) && !names.contains(ExactString($0.name)) }
      .map { QuantizationTargets.module(of: $0.name) }
    let skipped = inFull + inFull.flatMap(aliases)
    let quantized = names.map { QuantizationTargets.module(of: $0.text) }
    let heads = outputLayers.filter { head in
      !skipped.contains(head) && !quantized.contains { $0.hasPrefix(head) || $0.hasSuffix(head) }
    }
    let type = try configuration.typeName ?? "float32"
    let format = isByte ? "nf4" : scheme.format.rawValue
    return [
      key: JSONValue(members: [
        ("_load_in_4bit", .bool(!isByte)), ("_load_in_8bit", .bool(isByte)),
        ("bnb_4bit_compute_dtype", .string(isByte ? "float32" : type)),
        ("bnb_4bit_quant_storage", "uint8"), ("bnb_4bit_quant_type", .string(format)),
        ("bnb_4bit_use_double_quant", .bool(scheme.isDouble)),
        ("llm_int8_enable_fp32_cpu_offload", false), ("llm_int8_has_fp16_weight", false),
        ("llm_int8_skip_modules", .array((skipped + heads).map { .string($0) })),
        ("llm_int8_threshold", .number(6.0)), ("load_in_4bit", .bool(!isByte)),
        ("load_in_8bit", .bool(isByte)), ("quant_method", "bitsandbytes"),
      ])
    ]
  }
}
