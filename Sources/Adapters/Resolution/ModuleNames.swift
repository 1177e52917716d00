import Tensors

/// Modules of one adapter, found by the names that another calls them.
package struct ModuleNames {
  private var indices: [ExactString: Int] = [:]
  private let map: NameMap
  /// By the name with underscores for dots, which kohya's files have.
  private var underscored: [String: Int] = [:]

  package init(_ names: [String]) {
    map = NameMap(names)
    for (index, name) in names.enumerated() {
      indices[ExactString(name)] = index
      underscored[Self.flat(name)] = index
    }
  }

  package func index(of name: String) -> Int? {
    if let found = map.base(for: name) { return indices[ExactString(found)] }
    return underscored[Self.flat(name)]
  }

  private static func flat(_ name: String) -> String {
    let flat = name.replacing(".", with: "_")
    let prefix = ModuleReference.underscoredPrefixes.map(\.prefix).first(where: flat.hasPrefix)
    return String(flat.dropFirst(prefix?.count ?? 0))
  }
}
