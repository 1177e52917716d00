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
      || [".safetensors", ".safetensors.gz", ".safetensors.index.json"].contains {
        name.hasSuffix($0)
      }
  }

  /// Throws unless everything in the folder to replace is a file with such a name.
  static func check(_ target: OutputTarget) throws(ContainerError) {
    let foreign: String?
    do throws(Errno) {
      foreign = try foreignName(in: target)
    } catch {
      throw ContainerError(file: target.name, .output(.creating(error, "looking into it")))
    }
    guard let foreign else { return }
    throw ContainerError(file: target.name, .output(.foreignFile(foreign)))
  }

  private static func foreignName(in target: OutputTarget) throws(Errno) -> String? {
    for name in try target.system.names(inFolder: target.path) {
      let status = try target.system.status(
        of: target.path.appending(name), followingLinks: false)
      // A link to a file of a download cache is a file as far as removing it goes.
      guard contains(name), status.kind == .file || status.kind == .link else { return name }
    }
    return nil
  }
}
