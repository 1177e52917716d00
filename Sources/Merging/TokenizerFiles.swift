import Adapters
import Containers
import OrderedCollections

/// The files that say which tokens a model knows; an adapter with another vocabulary brings its own.
package enum TokenizerFiles {
  package static let names = [
    "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "special_tokens_map.json",
    "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt", "spiece.model",
    "chat_template.jinja", "chat_template.json",
  ]

  /// Where the adapters' folders have such files, by name; the last adapter's count.
  static func of(_ adapters: [WeightedAdapter]) -> OrderedDictionary<String, String> {
    var result: OrderedDictionary<String, String> = [:]
    for path in adapters.map(\.adapter.file) where Folder.exists(path) {
      let present = Set((try? Folder.names(in: path)) ?? [])
      for name in names where present.contains(name) {
        result[name] = Folder.path(path, name)
      }
    }
    return result
  }
}
