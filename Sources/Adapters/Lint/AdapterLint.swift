import Tensors

/// What is suspicious about an adapter, although it can be read.
///
/// Each finding is a sentence with what was found, why it matters and what to do. Nothing here is an
/// error: the same adapters are merged, and rightly so when their authors meant it.
package enum AdapterLint {
  /// The findings that configuration and names give; contents are not looked at.
  package static func findings(_ outline: AdapterOutline) -> [String] {
    let configuration = outline.configuration
    return unusedPatterns(outline) + rankDisagreements(outline) + idleTargets(outline)
      + [
        missingRankStabilization(outline), missingHead(outline), changedBase(configuration),
        idleAlpha(configuration),
      ].compactMap(\.self) + missingSavedModules(outline)
  }

  private static func unusedPatterns(_ outline: AdapterOutline) -> [String] {
    let modules = outline.modules.map(\.name)
    let tables = [
      ("rank_pattern", try? outline.configuration.rankPattern.keysWithoutMatch(in: modules)),
      ("alpha_pattern", try? outline.configuration.alphaPattern.keysWithoutMatch(in: modules)),
    ]
    return tables.flatMap { setting, keys in
      (keys ?? []).map { key in
        "\(setting) \"\(escaped(key))\" matches no adapted module; is it misspelt?"
      }
    }
  }

  private static func rankDisagreements(_ outline: AdapterOutline) -> [String] {
    outline.modules.filter { module in
      let allowed = (try? outline.configuration.ranks(for: module.name)) ?? []
      return !allowed.contains(module.rank)
    }.prefix(5).map { module in
      "\(escaped(module.name)) has rank \(module.rank), which the configuration does not say; "
        + "correct r or rank_pattern"
    }
  }

  private static func idleTargets(_ outline: AdapterOutline) -> [String] {
    guard case .names(let names)? = outline.configuration.targets else { return [] }
    return names.filter { target in
      !outline.modules.contains { ModuleSelection.isSuffix(target, of: $0.name) }
    }.map { target in
      "target_modules names \"\(escaped(target))\", and no tensor belongs to it"
    }
  }

  /// At a high rank alpha / r gets small, and alpha / √r is what rank-stabilized training meant.
  private static func missingRankStabilization(_ outline: AdapterOutline) -> String? {
    let configuration = outline.configuration
    guard !configuration.isRankStabilized,
      let module = outline.modules.first(where: { module in
        abs(module.scaling) < 0.125 && abs(module.scaling) * Double(module.rank).squareRoot() >= 0.5
      })
    else { return nil }
    let stabilized = module.scaling * Double(module.rank).squareRoot()
    return
      "the scaling of \(escaped(module.name)) is \(module.scaling), and would be \(stabilized) "
      + "with use_rslora; was the flag lost?"
  }

  private static func missingHead(_ outline: AdapterOutline) -> String? {
    guard let task = outline.configuration.taskType, ["SEQ_CLS", "TOKEN_CLS"].contains(task) else {
      return nil
    }
    let names = outline.replacedNames + outline.modules.map(\.name)
    let hasHead = names.contains { name in
      ["classifier", "score", "classification_head"].contains { head in
        name.split(separator: ".").contains(Substring(head))
      }
    }
    guard !hasHead else { return nil }
    return "task_type is \(task), but the adapter has no classifier head: predictions come from an "
      + "untrained one; save it with modules_to_save"
  }

  private static func changedBase(_ configuration: AdapterConfiguration) -> String? {
    guard let method = InitialAdapters.changingMethod(configuration) else { return nil }
    return "was initialised by \(escaped(method)), which changes the base before training; a merge "
      + "needs --initial-adapter"
  }

  private static func idleAlpha(_ configuration: AdapterConfiguration) -> String? {
    if configuration.alpha == 0 { return "lora_alpha is 0, so the adapter does nothing" }
    guard configuration.alpha < 0 else { return nil }
    return "lora_alpha is negative, so the adapter is taken out instead of added"
  }

  private static func missingSavedModules(_ outline: AdapterOutline) -> [String] {
    let usual = ["classifier", "score"]  // PEFT lists both for every classification task.
    return Set(outline.configuration.modulesToSave).subtracting(usual).sorted().filter { saved in
      !outline.replacedNames.contains { name in
        name.split(separator: ".").contains(Substring(saved)) || name.hasPrefix(saved + ".")
          || name.contains("." + saved + ".")
      }
    }.map { "modules_to_save names \"\(escaped($0))\", and the file does not hold it" }
  }
}
