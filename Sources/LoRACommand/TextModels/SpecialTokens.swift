import Containers
import JSON
import OrderedCollections

/// The special tokens that a model's files name: `bos_token`, `eos_token` and others.
struct SpecialTokens {
  /// Their texts, by their names, in the order of the file.
  private(set) var texts: OrderedDictionary<String, String> = [:]

  /// Reads `tokenizer_config.json`, and `special_tokens_map.json` for what is not in it.
  ///
  /// - Throws: `ContainerError` when a file that is there cannot be read.
  init(ofModelIn folder: String) throws {
    for name in ["tokenizer_config.json", "special_tokens_map.json"] {
      let file = Folder.path(folder, name)
      guard Folder.holdsAnything(at: file) else { continue }
      let settings = try JSONValue(contentsOf: file, spelling: .python)
      for (key, value) in settings.object ?? [:] where key.text.hasSuffix("_token") {
        // A token is its text, or an object that describes it.
        guard let text = value.string ?? value["content"]?.string else { continue }
        if texts[key.text] == nil { texts[key.text] = text }
      }
    }
  }
}
