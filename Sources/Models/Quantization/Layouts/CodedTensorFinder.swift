import Containers
import JSON
import Kernels
import Tensors

/// Understands what lies beside the codes of a weight.
struct CodedTensorFinder {
  let checkpoint: Checkpoint
  /// `quantization_config`, or mlx-lm's `quantization`.
  let settings: JSONValue?
  /// What `config.json` says the weights are.
  private let stated: DType?
  /// Whether some weight in F8 has scales, so that one without is incomplete.
  let isScaled: Bool

  init(_ checkpoint: Checkpoint) throws(SettingProblem) {
    self.checkpoint = checkpoint
    let config = checkpoint.config
    settings =
      config?[QuantizationConfiguration.key] ?? config?["quantization"]
      ?? config?["text_config"]?[QuantizationConfiguration.key]
    let type = try checkpoint.configuration?.storedType
    stated = type == .f64 || type?.floatFormat == nil ? nil : type
    isScaled =
      settings?.object != nil
      || checkpoint.entries.contains { entry in
        entry.name == "scaled_fp8" || Self.scaleEndings.contains { entry.name.hasSuffix($0) }
      }
  }

  /// What scales of codes in bytes are called, behind the module.
  static let scaleEndings = ["weight_scale_inv", "weight_scale", "scale_weight"]

  /// The weight whose codes these are; nil when they are none.
  func tensor(coded location: Checkpoint.Location) throws -> CodedTensor? {
    let (name, type) = (location.entry.name, location.entry.type)
    if let module = name.dropping("weight_packed") {
      return type == .i32 ? try packed(location, module) : try halfBytes(location, module)
    }
    if let module = name.dropping("qweight") { return try turned(location, module) }
    if let weight = name.dropping("_blocks"), type == .u8 { return try experts(location, weight) }
    switch type {
    case .f8E4M3, .f8E5M2: return try float8(location)
    case .i8: return try int8(location)
    case .u8:
      guard let module = name.dropping("weight") else { return nil }
      return part(module + "weight_scale") == nil ? nil : try halfBytes(location, module)
    case .u32:
      guard let module = name.dropping("weight") else { return nil }
      return try affine(location, module)
    default: return nil
    }
  }

  // MARK: What the layouts share

  func part(_ name: String) -> Checkpoint.Location? { checkpoint.location(named: name) }

  func needed(
    _ name: String, of tensor: String
  ) throws(QuantizationError) -> Checkpoint.Location {
    guard let found = part(name) else {
      throw .missingPart(file: checkpoint.path, tensor: tensor, part: name)
    }
    return found
  }

  func malformed(_ tensor: String, _ problem: String) -> QuantizationError {
    .malformed(file: checkpoint.path, tensor: tensor, problem: problem)
  }

  /// The type to write: what is stated, else the scales', else bf16.
  func type(scaledBy scales: Checkpoint.Location?) -> DType {
    if let stated { return stated }
    switch scales?.entry.type {
    case .f16: return .f16
    default: return .bf16
    }
  }

  /// A setting of the first group of compressed-tensors, or of the whole.
  func setting(_ key: String) -> JSONValue? {
    settings?["config_groups"]?.object?.values.first?["weights"]?[key] ?? settings?[key]
  }

  /// What a module may have that is of no use once its weight is in full: scales of activations, texts.
  func others(_ module: String, besides known: [Checkpoint.Location]) -> [Checkpoint.Location] {
    let names = Set(known.map { ExactString($0.entry.name) })
    return [
      "input_scale", "scale_input", "input_global_scale", "input_zero_point", "comfy_quant",
      "weight_shape", "weight_g_idx", "weight_zero_point",
    ]
    .filter { !names.contains(ExactString(module + $0)) }.compactMap { part(module + $0) }
  }

  /// Refuses scales that are no numbers.
  func checkNumbers(
    _ location: Checkpoint.Location, _ tensor: String
  ) throws(QuantizationError) {
    let type = location.entry.type
    guard type.floatFormat != nil && type != .f64 || CodeLevels(scalesOf: type) != nil else {
      throw malformed(
        location.entry.name, "expected scales as numbers, found \(type.rawValue)")
    }
  }

  /// Refuses a part of another size.
  func checkCount(
    _ location: Checkpoint.Location, _ count: Int, _ why: String
  ) throws(QuantizationError) {
    guard location.entry.shape.elementCount == count else {
      throw malformed(
        location.entry.name, "expected \(count) elements \(why), found \(location.entry.shape)")
    }
  }
}

extension String {
  /// What is left of the name before `ending`; nil when it ends otherwise.
  func dropping(_ ending: String) -> String? {
    hasSuffix(ending) ? String(dropLast(ending.count)) : nil
  }
}
