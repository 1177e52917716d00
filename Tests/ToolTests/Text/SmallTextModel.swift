import Foundation
import TestSupport

/// A tiny model of the fixtures as a person has one, with a tokenizer and a chat template.
///
/// Its 96 tokens are three marks and the characters of ASCII from the blank on.
struct SmallTextModel {
  let path: String

  init(_ name: String, in folder: ScratchFolder, chatTemplate: String? = nil) throws {
    path = try folder.copy(Fixtures.path("text/models/\(name)/base"), as: name)
    try folder.write(try Self.tokenizer(), to: "\(name)/tokenizer.json")
    if let chatTemplate { try folder.write(chatTemplate, to: "\(name)/chat_template.jinja") }
  }

  /// The character of a token; ids from 3 on are characters.
  static func text(of ids: [Int]) -> String {
    String(String.UnicodeScalarView(ids.compactMap { Unicode.Scalar($0 - 3 + 0x20) }))
  }

  private static func tokenizer() throws -> Data {
    var vocabulary = ["<pad>": 0, "<s>": 1, "</s>": 2]
    for id in 3..<96 { vocabulary[text(of: [id])] = id }
    let added = ["<pad>", "<s>", "</s>"].enumerated().map { id, text in
      [
        "id": id, "content": text, "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true,
      ] as [String: Any]
    }
    let model: [String: Any] = [
      "type": "BPE", "vocab": vocabulary, "merges": [String](), "unk_token": "<pad>",
      "fuse_unk": false, "byte_fallback": false,
    ]
    return try JSONSerialization.data(withJSONObject: [
      "version": "1.0", "added_tokens": added, "model": model, "decoder": ["type": "Fuse"],
    ])
  }
}
