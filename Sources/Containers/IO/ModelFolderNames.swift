import SystemPackage

/// The names that model and adapter folders have, and the only ones that `--force` removes.
enum ModelFolderNames {
  private static let exact: Set<String> = [
    "config.json", "model.json", "generation_config.json", "adapter_config.json",
    "preprocessor_config.json", "processor_config.json", "special_tokens_map.json",
    "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt", "spiece.model",
    "sentencepiece.bpe.model", "chat_template.json", "chat_template.jinja", "README.md", "LICENSE",
    "LICENSE.txt", "LICENSE.md", "NOTICE", "NOTICE.txt", "USE_POLICY.md", ".gitattributes",
    "metrics.jsonl", "training_args.bin",
  ]

  /// Whether a model folder may hold a file of this name.
  static func contains(_ name: String) -> Bool {
    exact.contains(name) || name.hasPrefix("tokenizer") || name.hasPrefix("lora-")
      || [".safetensors", ".safetensors.gz"].contains { name.hasSuffix($0) }
      || WeightNames(index: name) != nil
  }

  /// The names in the folder that `target` replaces, and that lies at `place`.
  ///
  /// - Throws: `OutputProblem.foreignFile` unless each is a file with such a name, or one that
  ///   `WrittenFiles` says was written with the folder.
  @discardableResult
  static func check(
    _ target: OutputTarget, at place: FilePath
  ) throws(ContainerError) -> [String] {
    let system = target.system
    let written = WrittenFiles(inFolder: place, system)
    var foreign: String?
    do throws(Errno) {
      let names = try system.names(inFolder: place)
      for name in names {
        let path = place.appending(name)
        let status = try system.status(of: path, followingLinks: false)
        // A link to a file of a download cache is a file as far as removing it goes.
        let isKnown = contains(name) && (status.kind == .file || status.kind == .link)
        if !isKnown && !written.holds(name, at: path, system) { foreign = foreign ?? name }
      }
      if foreign == nil { return names }
    } catch {
      throw ContainerError(file: target.name, .output(.creating(error, "looking into it")))
    }
    throw ContainerError(file: target.name, .output(.foreignFile(foreign ?? "")))
  }
}
