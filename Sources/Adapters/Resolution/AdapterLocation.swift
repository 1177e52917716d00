import Containers
import JSON
import OrderedCollections
import Tensors

extension Adapter {
  /// The adapter by the names of the base's file, where transformers 5 has other ones in memory.
  ///
  /// | in the file             | what becomes of an update                                     |
  /// |-------------------------|---------------------------------------------------------------|
  /// | the same name           | it stays                                                      |
  /// | another name            | the module gets it                                            |
  /// | one matrix for several  | the updates of its parts become one (`JoinedUpdate`)          |
  /// | experts one by one      | the update of the stack becomes one for each (`SingleExperts`) |
  ///
  /// What is found nowhere keeps its name.
  ///
  /// - Parameter entries: The base's tensors.
  /// - Returns: The same adapter, when the file has all of its names.
  /// - Throws: `ErrorList` with every update that cannot be taken apart or put together so.
  package func located(in entries: [TensorEntry]) throws(ErrorList) -> Adapter {
    let map = NameMap(entries.map(\.name))
    let hasAllUpdates = updates.allSatisfy { Self.holds($0, configuration, map) }
    let hasAllParameters = replacements.allSatisfy { map.base(for: $0.parameter) != nil }
    let hasAllChanges = changes.allSatisfy { map.base(for: $0.target) != nil }
    guard !hasAllUpdates || !hasAllParameters || !hasAllChanges else { return self }
    var location = AdapterLocation(self, BaseModules(entries, map), map)
    let updates = location.locate(updates)
    guard location.errors.isEmpty else { throw ErrorList(location.errors) }
    return Adapter(
      file: file, dialect: dialect, configuration: configuration, updates: updates,
      changes: changes.map { location.locate($0) },
      replacements: replacements.map { location.locate($0) }, metadata: metadata,
      fingerprint: fingerprint)
  }

  fileprivate static func holds(
    _ update: ModuleUpdate, _ configuration: AdapterConfiguration, _ map: NameMap
  ) -> Bool {
    guard update.kind.isParameter else { return map.base(for: update.module + ".weight") != nil }
    return configuration.parameterNames(of: update.module).contains {
      map.base(for: update.module + "." + $0) != nil
    }
  }
}

/// Finds the places of one adapter's updates.
private struct AdapterLocation {
  private let adapter: Adapter
  private let base: BaseModules
  private let map: NameMap
  private(set) var errors: [any ReportableError] = []

  init(_ adapter: Adapter, _ base: BaseModules, _ map: NameMap) {
    (self.adapter, self.base, self.map) = (adapter, base, map)
  }

  mutating func locate(_ updates: [ModuleUpdate]) -> [ModuleUpdate] {
    var result: [ModuleUpdate] = []
    var joined: OrderedDictionary<ExactString, JoinedUpdate> = [:]
    var stacked: OrderedDictionary<String, [ModuleUpdate]> = [:]
    for var update in updates {
      if Adapter.holds(update, adapter.configuration, map) {
        result.append(update)
      } else if let place = base.place(of: update.module), place.partCount > 1 {
        joined[
          place.module,
          default: JoinedUpdate(place.module.text, partCount: place.partCount)
        ].append(update, as: place.part)
      } else if let place = base.place(of: update.module) {
        update.module = place.module.text
        result.append(update)
      } else if update.kind.isParameter {
        stacked[update.module, default: []].append(update)
      } else {
        result.append(update)
      }
    }
    for join in joined.values {
      collect { location throws(AdapterError) in
        result.append(try join.update(file: location.adapter.file))
      }
    }
    for (module, updates) in stacked {
      collect { location throws(AdapterError) in
        result += try location.unstacked(updates, of: module)
      }
    }
    return result
  }

  /// The updates of a module's stacks, taken apart; as they are when the base has no such experts.
  private func unstacked(
    _ updates: [ModuleUpdate], of module: String
  ) throws(AdapterError) -> [ModuleUpdate] {
    let names = adapter.configuration.parameterNames(of: module)
    guard let experts = SingleExperts(module, parameters: names, in: base) else { return updates }
    let assignment = try ExpertAssignment(
      updates, to: experts.stacks, square: StackOrientation.inMemory(for: adapter),
      file: adapter.file)
    return updates.flatMap { update in
      assignment.found[update.name].map { experts.updates($0, assignment.orientation) } ?? []
    }
  }

  /// A change of another kind, under the file's name of its module.
  func locate(_ change: ModuleChange) -> ModuleChange {
    guard map.base(for: change.target) == nil, let place = base.place(of: change.module),
      place.partCount == 1
    else { return change }
    var located = change
    located.module = place.module.text
    return located
  }

  /// A parameter that the adapter brings whole, under the file's name.
  func locate(_ replacement: Replacement) -> Replacement {
    guard map.base(for: replacement.parameter) == nil,
      let dot = replacement.parameter.lastIndex(of: "."),
      let place = base.place(of: String(replacement.parameter[..<dot]))
    else { return replacement }
    let parameter = place.module.text + replacement.parameter[dot...]
    guard place.partCount > 1 else {
      return Replacement(
        parameter: parameter, tensor: replacement.tensor, rows: replacement.rows,
        tensorName: replacement.tensorName)
    }
    let size = (base.entry(of: place.module.text)?.shape[0] ?? 0) / place.partCount
    let start = place.part * size
    let rows = replacement.rows ?? Array(0..<size)
    guard replacement.tensor.shape.dimensions.first == rows.count else { return replacement }
    return Replacement(
      parameter: parameter, tensor: replacement.tensor, rows: rows.map { start + $0 },
      tensorName: replacement.tensorName)
  }

  private mutating func collect(
    _ body: (inout AdapterLocation) throws(AdapterError) -> Void
  ) {
    do {
      try body(&self)
    } catch {
      errors.append(error)
    }
  }
}
