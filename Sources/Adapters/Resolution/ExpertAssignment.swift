import Adapters
import Containers
import Tensors

/// Tells which stacked parameter of a module each of its nested updates belongs to.
///
/// PEFT wraps a module once for every targeted parameter, in the module's own order, and a tensor's
/// name only says how deep it lies: the parameter that comes last in the module is outermost. A
/// checkpoint does not keep that order. So the shapes decide; where they leave a choice, the order of
/// the usual names does (gate and up before down), and where that does not help the merge is refused.
struct ExpertAssignment {
  /// The base's tensor for each update, by the update's name.
  private(set) var entries: [String: TensorEntry] = [:]
  /// Whether the module's weights lie `[expert, in, out]`.
  private(set) var isTurned = false

  /// Names in the order in which modules define them.
  private static let usualOrder = [
    "gate_up_proj", "gate_proj", "up_proj", "w1", "w3", "down_proj", "w2",
  ]

  /// Assigns the updates of one module to the parameters that `target_parameters` names in it.
  ///
  /// - Parameters:
  ///   - updates: In any order.
  ///   - parameters: The base's tensors.
  ///   - file: The adapter's path, for errors.
  /// - Throws: `AdapterError.tensor` when no assignment fits, or more than one does.
  init(
    _ updates: [ModuleUpdate], to parameters: [TensorEntry], file: String
  ) throws(AdapterError) {
    // The deepest was wrapped first.
    let updates = updates.sorted { Self.depth($0) > Self.depth($1) }
    let fitting = Self.orders(of: parameters, count: updates.count).filter { order in
      zip(updates, order).allSatisfy { update, entry in
        FactorFitting.expertsAreTurned(update, on: entry.shape, preferring: false) != nil
      }
    }
    guard let chosen = fitting.min(by: { Self.rank($0) < Self.rank($1) }) else {
      throw .tensor(
        file: file, name: updates[0].name,
        problem: "fits none of the module's parameters that target_parameters names: "
          + parameters.map { "\"\(escaped($0.name))\" \($0.shape)" }.joined(separator: ", "))
    }
    guard fitting.count == 1 || chosen.allSatisfy({ Self.position($0) != nil }) else {
      throw .tensor(
        file: file, name: updates[0].name,
        problem: "can belong to more than one parameter of its module, and the file does not say "
          + "which; merge it with PEFT")
    }
    isTurned = zip(updates, chosen).contains { update, entry in
      FactorFitting.expertsAreTurned(update, on: entry.shape, preferring: false) ?? false
    }
    for (update, entry) in zip(updates, chosen) { entries[update.name] = entry }
  }

  private static func depth(_ update: ModuleUpdate) -> Int {
    if case .parameter(let depth) = update.kind { depth } else { 0 }
  }

  private static func position(_ entry: TensorEntry) -> Int? {
    usualOrder.firstIndex { ModuleSelection.isSuffix($0, of: entry.name) }
  }

  /// How many pairs stand against the usual order.
  private static func rank(_ order: [TensorEntry]) -> Int {
    let positions = order.map { position($0) ?? usualOrder.count }
    var inversions = 0
    for (index, position) in positions.enumerated() {
      inversions += positions[(index + 1)...].filter { $0 < position }.count
    }
    return inversions
  }

  /// Every order of `count` of the entries; modules have two or three such parameters.
  private static func orders(of entries: [TensorEntry], count: Int) -> [[TensorEntry]] {
    guard count > 0 else { return [[]] }
    guard entries.count >= count, entries.count <= 6 else { return [] }
    return entries.indices.flatMap { index in
      var rest = entries
      let first = rest.remove(at: index)
      return orders(of: rest, count: count - 1).map { [first] + $0 }
    }
  }
}
