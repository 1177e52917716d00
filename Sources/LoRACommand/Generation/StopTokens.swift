import Containers
import JSON
import Models
import Tensors
import Text

/// The tokens that end a model's texts: what any of its files says.
///
/// `config.json` and `generation_config.json` name them by id (`eos_token_id`), `tokenizer_config.json`
/// by text (`eos_token`). Hubs have models in which one of the three is forgotten, so that a text
/// ends at any of them.
struct StopTokens {
  /// Their ids, in the order in which the files name them.
  private(set) var ids: [Int] = []

  /// - Throws: `ContainerError` when a file that is there cannot be read.
  init(ofModelIn folder: String, _ tokenizer: Tokenizer?) throws {
    for name in ["config.json", "generation_config.json"] {
      let file = Folder.path(folder, name)
      guard Folder.holdsAnything(at: file) else { continue }
      let setting = try JSONValue(contentsOf: file, spelling: .python)["eos_token_id"]
      add(setting?.array?.compactMap(\.int) ?? setting?.int.map { [$0] } ?? [])
    }
    let text = try SpecialTokens(ofModelIn: folder).texts["eos_token"]
    add(text.flatMap { tokenizer?.id(of: $0) }.map { [$0] } ?? [])
  }

  private mutating func add(_ new: [Int]) {
    for id in new where !ids.contains(id) { ids.append(id) }
  }

  /// As `<|im_end|> (2), </s> (0)`; what no text says when there are none.
  func text(_ tokenizer: Tokenizer) -> String {
    guard !ids.isEmpty else { return "nothing: no file of the model names a token that ends texts" }
    return ids.map { id in
      "\(tokenizer.token(id).map { escaped($0, inQuotes: false) } ?? "a token without text") (\(id))"
    }.joined(separator: ", ")
  }
}
