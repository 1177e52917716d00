import Models
import OrderedCollections
import Tensors

/// Finds the base's tensor for a name that an adapter uses.
///
/// An adapter's dotted name and the base's differ by what stood around the model when each was saved.
/// Tried in this order, the first that the base has wins; nothing else is guessed:
///
/// | # | rule                                                       | adapter → base (example)                    |
/// |---|------------------------------------------------------------|---------------------------------------------|
/// | 1 | as it is                                                   | `model.layers.0.q` → `model.layers.0.q`     |
/// | 2 | without a leading `model.`                                 | `model.layers.0.q` → `layers.0.q`           |
/// | 3 | with a leading `model.`                                    | `layers.0.q` → `model.layers.0.q`           |
/// | 4 | `model.language_model.` for `language_model.model.`, …     | as transformers moved it across versions    |
///
/// | 5 | without or with a model's own prefix (`ModelPrefix`)       | `transformer.h.0.q` → `h.0.q`, and back     |
/// | 6 | without what DataParallel puts into names                  | `module.model.layers.0.q` → `model.layers…` |
/// | 7 | `in_proj_weight` of torch's MultiheadAttention             | `attn.in_proj.weight` → `attn.in_proj_weight` |
///
/// Rule 4 in full: the two leading parts `language_model.` and `model.` in either order, or one of
/// them alone, stand for each other. Rule 5 holds where one of the base's names fits and no more.
package struct NameMap: Sendable {
  private let names: Set<ExactString>
  private let ordered: [String]
  /// The models' prefixes that some name of the base begins with.
  private let prefixes: OrderedSet<String>

  package init(_ names: [String]) {
    ordered = names
    self.names = Set(names.map(ExactString.init))
    prefixes = OrderedSet(names.compactMap(ModelPrefix.leading))
  }

  /// The base's name for `name` (a whole tensor name, as `model.layers.0.q_proj.weight`), or nil.
  package func base(for name: String) -> String? {
    if let found = Self.variants(of: name).first(where: { names.contains(ExactString($0)) }) {
      return found
    }
    var candidates = prefixes.map { $0 + "." + name }
    if let prefix = ModelPrefix.removable(name) {
      candidates.append(String(name.dropFirst(prefix.count + 1)))
    }
    let found = candidates.filter { names.contains(ExactString($0)) }
    return found.count == 1 ? found[0] : found.isEmpty ? stored(name) : nil
  }

  /// Rules 6 and 7.
  private func stored(_ name: String) -> String? {
    let parts = name.dottedParts
    if parts.contains("module") {
      return base(for: parts.filter { $0 != "module" }.joined(separator: "."))
    }
    guard parts.count > 2, parts[parts.count - 2] == "in_proj", let last = parts.last else {
      return nil
    }
    let own = name.dropLast(last.count + 1) + "_" + last
    return names.contains(ExactString(String(own))) ? String(own) : nil
  }

  /// Leading parts that stand for each other, longest first.
  private static let roots = [
    "model.language_model.", "language_model.model.", "language_model.", "model.", "",
  ]

  /// The names that `name` can stand for, itself first; where dots became underscores, `separator`
  /// is one.
  package static func variants(of name: String, separator: String = ".") -> OrderedSet<String> {
    let roots =
      separator == "." ? roots : roots.map { $0.replacing(".", with: separator) }
    var result: OrderedSet = [name]
    let root = roots.first { name.hasPrefix($0) } ?? ""
    let rest = name.dropFirst(root.count)
    for other in ["", "model" + separator] + roots { result.append(other + rest) }
    return result
  }

  /// The base's name most like `name`.
  package func nearest(to name: String) -> String? {
    NearestName.find(name, among: ordered)
  }
}
