/// An alpha that makes the adapter nothing, or its opposite.
enum IdleAlpha: LintRule {
  static func findings(_ outline: AdapterOutline) -> [String] {
    let alpha = outline.configuration.alpha
    if alpha == 0 { return ["lora_alpha is 0, so the adapter does nothing"] }
    guard alpha < 0 else { return [] }
    return ["lora_alpha is negative, so the adapter is taken out instead of added"]
  }
}
