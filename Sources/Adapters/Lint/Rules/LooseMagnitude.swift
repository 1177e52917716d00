import Tensors

/// DoRA's magnitudes where the configuration has none, or none where it has.
enum LooseMagnitude: LintRule {
  static func findings(_ outline: AdapterOutline) -> [String] {
    let isDoRA = outline.configuration.usesMagnitudes
    guard outline.dialect == .peft,
      let module = outline.modules.first(where: { $0.hasMagnitude != isDoRA })
    else { return [] }
    return [
      isDoRA
        ? "use_dora is set, and \(escaped(module.name)) has no lora_magnitude_vector"
        : "\(escaped(module.name)) has a lora_magnitude_vector, and use_dora is not set"
    ]
  }
}
