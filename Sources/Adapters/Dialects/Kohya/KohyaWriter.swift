import OrderedCollections
import Tensors

/// Writes what `KohyaDialect` reads: a single file with an alpha for each module.
struct KohyaWriter {
  private let conversion: AdapterConversion
  private let isNamed: Bool
  private var adapter: Adapter { conversion.adapter }

  /// - Parameters:
  ///   - conversion: Of the adapter.
  ///   - isNamed: Whether its modules have kohya's names already.
  init(_ conversion: AdapterConversion, isNamed: Bool) {
    (self.conversion, self.isNamed) = (conversion, isNamed)
  }

  func converted() throws(ErrorList) -> ConvertedAdapter {
    var errors = conversion.refusals(in: .kohya) { update in
      update.kind == .embedding ? "an embedding has no form in kohya/diffusers" : nil
    }
    let names = adapter.updates.map { isNamed ? $0.module : name(of: $0.module) }
    errors += ambiguities(names)
    guard errors.isEmpty else { throw ErrorList(errors) }
    let scaled = adapter.updates.map { ScaledUpdate($0, stated: Self.stated($0)) }
    let tensors = zip(names, scaled).flatMap(Self.named)
    var metadata = conversion.metadata
    metadata["ss_network_module"] = "networks.lora"
    metadata["ss_network_dim"] = Self.common(scaled.map { "\($0.update.rank)" })
    metadata["ss_network_alpha"] = Self.common(scaled.map { "\(Self.alpha(of: $0))" })
    return ConvertedAdapter(
      form: .kohya, tensors: tensors, metadata: metadata, modules: scaled.map(\.report),
      isUntouched: false)
  }

  private static func common(_ values: [String]) -> String {
    Set(values).count == 1 ? values[0] : "Dynamic"
  }

  // MARK: Scaling

  /// The module's scaling when an alpha in F32 says it, else 1; an alpha of 0 would mean the rank.
  static func stated(_ update: ModuleUpdate) -> Double {
    guard let alpha = AlphaSearch.alpha(scaling: update.pair.scaling, rank: update.rank),
      Double(Float(alpha)) == alpha, alpha != 0
    else { return 1 }
    return update.pair.scaling
  }

  static func alpha(of part: ScaledUpdate) -> Float {
    let stated = stated(part.update)
    return Float(
      AlphaSearch.alpha(scaling: stated, rank: part.update.rank) ?? Double(part.update.rank))
  }

  // MARK: Names

  /// kohya's prefix for the part of a pipeline, and the name with its dots replaced.
  private func name(of module: String) -> String {
    let parts = [
      ("unet.", "lora_unet_"), ("text_encoder_2.", "lora_te2_"), ("text_encoder_3.", "lora_te3_"),
      ("text_encoder.", hasSecondEncoder ? "lora_te1_" : "lora_te_"),
    ]
    for (part, prefix) in parts where module.hasPrefix(part) {
      return prefix + UnderscoredNames.underscored(String(module.dropFirst(part.count)))
    }
    let prefix = module.hasPrefix("text_model.") ? "lora_te_" : "lora_unet_"
    return prefix + UnderscoredNames.underscored(module)
  }

  private var hasSecondEncoder: Bool {
    adapter.updates.contains { $0.module.hasPrefix("text_encoder_2.") }
  }

  private func ambiguities(_ names: [String]) -> [any ReportableError] {
    var seen: [String: String] = [:]
    return zip(names, adapter.updates).compactMap { name, update in
      guard let other = seen.updateValue(update.module, forKey: name) else { return nil }
      return AdapterError.tensor(
        file: adapter.file, name: update.name,
        problem: "\"\(escaped(update.module))\" and \"\(escaped(other))\" have the same name with "
          + "underscores; convert it to peft instead")
    }
  }

  private static func named(
    _ name: String, _ part: ScaledUpdate
  ) -> [(name: String, tensor: Tensor)] {
    var result = [
      (name: name + ".alpha", tensor: Tensor([alpha(of: part)], shape: [])),
      (name + ".lora_down.weight", part.down), (name + ".lora_up.weight", part.up),
    ]
    if let magnitude = part.update.magnitude {
      result.append((name + ".dora_scale", column(magnitude, part)))
    }
    return result
  }

  /// Magnitudes as `[out, 1, …]`, of as many axes as the weight; along inputs as `[1, in, …]`.
  static func column(_ magnitude: Tensor, _ part: ScaledUpdate) -> Tensor {
    let tail = [Int](repeating: 1, count: part.down.shape.rank - 1)
    let count = magnitude.shape.elementCount
    let isOfInputs = part.update.magnitudeAxis == .inputs
    return magnitude.reshaped(
      to: Shape(isOfInputs ? [1, count] + tail.dropFirst() : [count] + tail))
  }
}
