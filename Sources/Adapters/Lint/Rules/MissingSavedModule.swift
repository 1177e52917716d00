import Tensors

/// A name in `modules_to_save` that the file has no tensor of.
enum MissingSavedModule: LintRule {
  /// PEFT lists both for every classification task, whatever the model has.
  private static let alwaysListed = ["classifier", "score"]

  static func findings(_ outline: AdapterOutline) -> [String] {
    Set(outline.configuration.modulesToSave).subtracting(alwaysListed).sorted().filter { saved in
      !outline.replacedNames.contains { name in
        name.split(separator: ".").contains(Substring(saved)) || name.hasPrefix(saved + ".")
          || name.contains("." + saved + ".")
      }
    }.map { "modules_to_save names \"\(escaped($0))\", and the file does not hold it" }
  }
}
