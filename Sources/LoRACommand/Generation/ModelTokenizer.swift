import Containers
import Tensors
import Text

/// The tokenizer that lies beside a model's weights.
enum ModelTokenizer {
  /// Reads the `tokenizer.json` of a model's folder, or that file itself.
  ///
  /// - Throws: `ContainerError`, `TokenizerError`, or `ChatError` when the folder has no such file.
  static func open(ofModelAt model: String) throws -> Tokenizer {
    let file = Folder.exists(model) ? Folder.path(model, "tokenizer.json") : model
    guard Folder.holdsAnything(at: file) else {
      let hasModel = Folder.holdsAnything(at: Folder.path(model, "tokenizer.model"))
      throw ChatError.noTokenizer(model: model, hasSentencePieceModel: hasModel)
    }
    return try Tokenizer(
      json: InputFile.contents(of: file, sizeLimit: 256 << 20), file: file)
  }
}
