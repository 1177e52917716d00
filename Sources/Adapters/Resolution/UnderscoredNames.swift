import Models
import Tensors

/// The base's modules by the names that kohya's trainers give them.
///
/// `down_blocks.0.attentions.1.proj_in` becomes `down_blocks_0_attentions_1_proj_in`, behind a prefix
/// for the part of the pipeline (`ModuleReference`). Module names hold underscores of their own, so
/// the way back leads over the list of all modules. Leading parts that `NameMap` lets stand for each
/// other may be missing here as well.
struct UnderscoredNames {
  /// Dotted names by their underscored form; several when the form is ambiguous.
  private var modules: [String: [String]] = [:]

  init(_ entries: some Sequence<String>) {
    for name in entries where name.hasSuffix(".weight") {
      let module = String(name.dropLast(".weight".count))
      modules[Self.underscored(module), default: []].append(module)
    }
  }

  static func underscored(_ module: String) -> String {
    module.replacing(".", with: "_")
  }

  /// The modules that `name` can mean: none, one, or several that differ in their dots.
  func modules(called name: String) -> [String] {
    for candidate in Self.bare(name) {
      for variant in NameMap.variants(of: candidate, separator: "_") {
        if let found = modules[variant] { return found }
      }
    }
    return []
  }

  /// The dotted name most like `name`.
  func nearest(to name: String) -> String? {
    guard let bare = Self.bare(name).first else { return nil }
    return NearestName.find(bare, among: modules.keys.sorted()).flatMap { modules[$0]?.first }
  }

  /// The name without kohya's prefix, and as it is: a module can begin like a prefix.
  private static func bare(_ name: String) -> [String] {
    let prefix = ModuleReference.underscoredPrefixes.map(\.prefix).first(where: name.hasPrefix)
    return [prefix.map { String(name.dropFirst($0.count)) }, name].compactMap(\.self)
  }
}
