import Containers
import JSON
import Tensors

/// How the vectors of a text's tokens become one, as a folder of sentence-transformers says.
///
/// `modules.json` lists the steps: a transformer, pooling with a folder that has a `config.json`, and
/// often a step that brings vectors to length 1. Without it the mean is taken and normalized.
struct SentencePooling: Equatable {
  /// Which vector is a text's.
  enum Kind: String, CaseIterable {
    /// That of the first token.
    case cls
    case mean
    /// That of the last token.
    case last
  }

  var kind = Kind.mean
  var normalizes = true
  /// Tokens that the model was made for at most; nil where the folder does not say.
  var limit: Int?

  /// What the folder says, or what is given in its place.
  ///
  /// - Throws: `PoolingError` for a step or a pooling that is not known here, `ContainerError`.
  init(ofModelAt folder: String, kind given: Kind? = nil, normalizes asked: Bool? = nil) throws {
    defer { normalizes = asked ?? normalizes }
    if let given { kind = given }
    let limits = Folder.path(folder, "sentence_bert_config.json")
    if Folder.holdsAnything(at: limits) {
      limit = try JSONValue(contentsOf: limits, spelling: .python)["max_seq_length"]?.int
    }
    let file = Folder.path(folder, "modules.json")
    guard Folder.holdsAnything(at: file) else { return }
    normalizes = false
    for module in try JSONValue(contentsOf: file, spelling: .python).array ?? [] {
      let type = module["type"]?.string ?? ""
      switch type.split(separator: ".").last {
      case "Transformer": continue
      case "Normalize": normalizes = true
      case "Pooling":
        let path = Folder.path(folder, module["path"]?.string ?? "")
        if given == nil { kind = try Self.kind(at: Folder.path(path, "config.json")) }
      default: throw PoolingError(file: file, problem: .step(type))
      }
    }
  }

  /// The setting of each pooling that sentence-transformers has; what is not known here has no kind.
  private static let settings: [(name: String, kind: Kind?)] = [
    ("pooling_mode_cls_token", .cls), ("pooling_mode_mean_tokens", .mean),
    ("pooling_mode_lasttoken", .last), ("pooling_mode_max_tokens", nil),
    ("pooling_mode_mean_sqrt_len_tokens", nil), ("pooling_mode_weightedmean_tokens", nil),
  ]

  private static func kind(at file: String) throws -> Kind {
    let config = try JSONValue(contentsOf: file, spelling: .python)
    if let name = config["pooling_mode"]?.string {
      let kinds: [String: Kind] = ["cls": .cls, "mean": .mean, "lasttoken": .last]
      guard let kind = kinds[name] else {
        throw PoolingError(file: file, problem: .pooling([name]))
      }
      return kind
    }
    let set = settings.filter { config[$0.name]?.bool == true }
    guard set.count == 1, let kind = set[0].kind else {
      throw PoolingError(file: file, problem: .pooling(set.map(\.name)))
    }
    return kind
  }
}

/// Why a folder's way to one vector is not followed.
struct PoolingError: ReportableError, Equatable {
  let file: String
  let problem: Problem

  enum Problem: Equatable {
    case step(String)
    case pooling([String])
  }

  var category: FailureCategory { .badData }

  var description: String {
    switch problem {
    case .step(let type):
      "\(escaped(file)): the step \"\(escaped(type))\" is not known here; known are Transformer, "
        + "Pooling and Normalize"
    case .pooling(let names):
      "\(escaped(file)): expected one pooling of the first token, the mean or the last token, found "
        + (names.isEmpty ? "none" : names.map { escaped($0) }.joined(separator: " and "))
        + "; say --pooling cls, mean or last"
    }
  }
}
