import Containers
import Tensors

/// Tells which stacked parameter of a module each of its nested updates belongs to.
///
/// PEFT wraps a module once for every targeted parameter, in the module's own order, and a tensor's
/// name only says how deep it lies: the parameter that comes last in the module is outermost. A
/// checkpoint does not keep that order. So the shapes decide; where they leave a choice, the order of
/// the usual names does (gate and up before down), and where that does not help the merge is refused.
package struct ExpertAssignment {
  /// What an update was found to be.
  package struct Found {
    /// The update, with the rank and the scaling of its parameter.
    package let update: ModuleUpdate
    package let entry: TensorEntry
  }

  /// By the update's name.
  package private(set) var found: [String: Found] = [:]
  /// How the factors lie on the module's stacks.
  package let orientation: StackOrientation

  /// Names in the order in which modules define them.
  static let usualOrder = [
    "gate_up_proj", "gate_proj", "up_proj", "w1", "w3", "down_proj", "w2",
  ]

  /// Assigns the updates of one module to the parameters that `target_parameters` names in it.
  ///
  /// - Parameters:
  ///   - updates: In any order.
  ///   - parameters: The base's tensors.
  ///   - square: How the factors lie where no shape tells; nil when that is not known.
  ///   - file: The adapter's path, for errors.
  /// - Throws: `AdapterError.tensor` when no assignment fits, more than one does, or the shapes leave
  ///   open how the factors lie.
  package init(
    _ updates: [ModuleUpdate], to parameters: [TensorEntry], square: StackOrientation?,
    file: String
  ) throws(AdapterError) {
    // The deepest was wrapped first.
    let updates = updates.sorted { Self.depth($0) > Self.depth($1) }
    let fitting = Self.orders(of: parameters, count: updates.count).compactMap { order in
      Self.match(updates, order)
    }
    guard let chosen = fitting.min(by: { Self.rank($0) < Self.rank($1) }) else {
      throw .tensor(
        file: file, name: updates[0].name, problem: Self.mismatch(updates, parameters))
    }
    guard fitting.count == 1 || chosen.allSatisfy({ Self.position($0.entry) != nil }) else {
      throw .tensor(
        file: file, name: updates[0].name,
        problem: "can belong to more than one parameter of its module, and the file does not say "
          + "which; merge it with PEFT")
    }
    let shown = Set(chosen.compactMap { StackOrientation(of: $0.update, on: $0.entry.shape) })
    let decided = shown.subtracting([.either])
    guard let orientation = decided.isEmpty ? square : decided.first, decided.count < 2 else {
      throw .tensor(
        file: file, name: updates[0].name,
        problem: "is of square experts, and how they lie is up to the model: merge into a folder "
          + "whose config.json has its model_type, or merge with PEFT")
    }
    self.orientation = orientation
    for (update, pair) in zip(updates, chosen) { found[update.name] = pair }
  }

  private static func mismatch(_ updates: [ModuleUpdate], _ parameters: [TensorEntry]) -> String {
    guard !parameters.isEmpty else {
      return "the base has none of the parameters that target_parameters names in "
        + "\"\(escaped(updates[0].module))\"; is this the adapter's base?"
    }
    return "fits none of the module's parameters that target_parameters names: "
      + parameters.map { "\"\(escaped($0.name))\" \($0.shape)" }.joined(separator: ", ")
  }

  /// The updates with the settings of these parameters; nil unless each fits its own.
  private static func match(_ updates: [ModuleUpdate], _ order: [TensorEntry]) -> [Found]? {
    var result: [Found] = []
    for (update, entry) in zip(updates, order) {
      let parameter = entry.name.split(separator: ".").last.map(String.init) ?? entry.name
      guard let update = update.updating(parameter: parameter),
        StackOrientation(of: update, on: entry.shape) != nil
      else { return nil }
      result.append(Found(update: update, entry: entry))
    }
    return result
  }

  private static func depth(_ update: ModuleUpdate) -> Int {
    if case .parameter(let depth, _) = update.kind { depth } else { 0 }
  }

  private static func position(_ entry: TensorEntry) -> Int? {
    usualOrder.firstIndex { ModuleSelection.isSuffix($0, of: entry.name) }
  }

  /// How many pairs stand against the usual order.
  private static func rank(_ order: [Found]) -> Int {
    let positions = order.map { position($0.entry) ?? usualOrder.count }
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
