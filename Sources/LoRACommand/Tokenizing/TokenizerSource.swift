import Containers
import Tensors
import Text

/// Where a model's tokenizer is.
enum TokenizerSource {
  private static let name = "tokenizer.json"
  /// The largest that are known have some 30 MB.
  private static let sizeLimit = 256 << 20

  /// Opens the tokenizer of a model's folder, or the file itself.
  ///
  /// - Throws: `TokenizerError` for what it holds, `ContainerError` when it cannot be read, and
  ///   `TokenizerAbsence` when a folder has none.
  static func open(_ path: String) throws -> Tokenizer {
    var file = path
    if Folder.exists(path) {
      let names = try Folder.names(in: path)
      guard names.contains(name) else {
        throw TokenizerAbsence(folder: path, hasSentencePiece: names.contains("tokenizer.model"))
      }
      file = Folder.path(path, name)
    }
    return try Tokenizer(
      json: try InputFile.contents(of: file, sizeLimit: sizeLimit), file: file)
  }

  /// The same, where the absence of one matters only when a text is to be read.
  static func openIfAny(_ path: String) throws -> Result<Tokenizer, TokenizerAbsence> {
    do {
      return .success(try open(path))
    } catch let absence as TokenizerAbsence {
      return .failure(absence)
    }
  }
}

/// A folder without a `tokenizer.json`.
struct TokenizerAbsence: ReportableError, Equatable {
  let folder: String
  /// Whether it has the older `tokenizer.model`.
  let hasSentencePiece: Bool

  var category: FailureCategory { .missingInput }

  var description: String {
    let absence =
      hasSentencePiece
      ? "has a tokenizer.model, SentencePiece's own, and no tokenizer.json"
      : "has no tokenizer.json"
    return
      "\(escaped(folder, inQuotes: false)): \(absence); save the model's fast tokenizer beside "
      + "it (transformers: AutoTokenizer.from_pretrained(…).save_pretrained(…))"
  }
}
