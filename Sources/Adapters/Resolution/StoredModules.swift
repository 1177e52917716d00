import Tensors

/// The base's modules by the names that transformers 5 gives them in memory (`RenamingFamily`).
struct StoredModules {
  /// Where a module of memory lies in the file.
  struct Place: Hashable {
    /// The module's name in the file.
    let module: ExactString
    /// Which part of its rows, of how many equal ones: 0 of 1 for a module of its own.
    let part: Int
    let partCount: Int
  }

  /// All names that some family gives, for those that stand for each other.
  private let map: NameMap
  private let places: [ExactString: Set<Place>]

  /// - Parameter names: The base's tensor names.
  init(_ names: [String]) {
    var places: [ExactString: Set<Place>] = [:]
    var renamed: [String] = []
    for name in names where name.hasSuffix(Self.ending) {
      let module = name.dropLast(Self.ending.count)
      let parts = module.dottedParts
      for family in RenamingFamily.all {
        guard let others = family.names(for: parts) else { continue }
        for (index, other) in others.enumerated() {
          let key = other.joined(separator: ".") + Self.ending
          if places[ExactString(key)] == nil { renamed.append(key) }
          places[ExactString(key), default: []].insert(
            Place(module: ExactString(String(module)), part: index, partCount: others.count))
        }
      }
    }
    self.places = places
    map = NameMap(renamed)
  }

  private static let ending = ".weight"

  /// Where the module that memory calls `module` lies; nil when the families do not agree on one.
  func place(of module: String) -> Place? {
    guard let name = map.base(for: module + Self.ending), let found = places[ExactString(name)],
      found.count == 1
    else { return nil }
    return found.first
  }
}
