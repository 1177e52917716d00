import Models
import Tensors

/// Finds a design's tensors in a file, which may call them a little otherwise.
///
/// | design                    | file                          | why                                    |
/// |---------------------------|-------------------------------|----------------------------------------|
/// | `transformer.h.0…`        | `h.0…`                        | saved from the body alone              |
/// | `model.layers.0…`         | `language_model.model.layers.0…` | the text part of a model that sees   |
/// | `model.layers.0…`         | `model.language_model.layers.0…` | the same, in transformers 5          |
/// | `….LayerNorm.weight`      | `….LayerNorm.gamma`, `.beta`  | TensorFlow's names, in old files       |
struct TensorNames {
  private let tensors: [ExactString: SourceTensor]
  private let bodyPrefix: String

  init(_ tensors: [SourceTensor], bodyPrefix: String) {
    self.tensors = Dictionary(
      tensors.map { (ExactString($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    self.bodyPrefix = bodyPrefix
  }

  func find(_ name: String) -> SourceTensor? {
    for candidate in candidates(name) {
      if let found = tensors[ExactString(candidate)] { return found }
    }
    return nil
  }

  private func candidates(_ name: String) -> [String] {
    var names = [name]
    if name.hasPrefix(bodyPrefix) {
      let rest = String(name.dropFirst(bodyPrefix.count))
      names += [rest, "language_model." + name, "model.language_model." + rest]
    } else {
      names.append("language_model." + name)
    }
    return names + names.flatMap(Self.earlier)
  }

  private static func earlier(_ name: String) -> [String] {
    for (now, before) in [("Norm.weight", "Norm.gamma"), ("Norm.bias", "Norm.beta")]
    where name.hasSuffix(now) {
      return [name.dropLast(now.count) + before]
    }
    return []
  }
}
