import Tensors

/// A name in `target_modules` that no tensor belongs to: it is misspelt, or its tensors are lost.
enum IdleTarget: LintRule {
  static func findings(_ outline: AdapterOutline) -> [String] {
    guard case .names(let names)? = outline.configuration.targets else { return [] }
    return names.filter { target in
      !outline.modules.contains { ModuleSelection.isSuffix(target, of: $0.name) }
    }.map { target in
      "target_modules names \"\(escaped(target))\", and no tensor belongs to it"
    }
  }
}
