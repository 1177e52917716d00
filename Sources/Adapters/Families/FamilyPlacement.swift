import Containers
import OrderedCollections
import Tensors

extension Adapter {
  /// The adapter by the names of an image or video model's file, whatever naming it has itself.
  ///
  /// A module whose rows are several in the file is cut; several whose rows are one in the file are joined
  /// (`JoinedUpdate`). What the file has no such part or module for stays as it is.
  ///
  /// - Throws: `ErrorList` with every update whose rows do not go with those of the file, or with the one
  ///   reason why the adapter is of another model or has further parts.
  func placed(on base: PartedBase, _ map: NameMap) throws(ErrorList) -> Adapter {
    do throws(AdapterError) {
      try FittingBase(adapter: self, base: base).check()
    } catch {
      throw ErrorList([error])
    }
    var placement = FamilyPlacement(file: file, base: base)
    for update in updates {
      placement.take(update, isHeld: map.base(for: update.module + ".weight") != nil)
    }
    var result = self
    result.changes = changes.map { change in
      map.base(for: change.target) == nil ? placement.located(change) : change
    }
    result.updates = try placement.updates()
    return result
  }
}

/// Finds the rows of a file that the updates of one adapter are of.
private struct FamilyPlacement {
  let file: String
  let base: PartedBase
  private var placed: [ModuleUpdate] = []
  private var joined: OrderedDictionary<ExactString, JoinedUpdate> = [:]
  private var errors: [any ReportableError] = []

  init(file: String, base: PartedBase) { (self.file, self.base) = (file, base) }

  mutating func take(_ update: ModuleUpdate, isHeld: Bool) {
    guard update.kind == .weight, !isHeld || !update.openQuestions.isEmpty,
      let (run, places) = module(update.module)
    else {
      placed.append(update)
      return
    }
    var update = update
    update.openQuestions = []
    if let place = places.first, place.run.pieces == run.pieces {
      update.module = place.module
      placed.append(update)
      return
    }
    do throws(AdapterError) {
      for part in try parts(of: update, run, places) { take(part) }
    } catch {
      errors.append(error)
    }
  }

  /// A change of another kind under the base's name of its module; as it is where the base has none, or
  /// has the module's rows in a matrix with others.
  func located(_ change: ModuleChange) -> ModuleChange {
    guard let (run, places) = module(change.module), let place = places.first,
      place.run.pieces == run.pieces
    else { return change }
    var located = change
    (located.module, located.openQuestions) = (place.module, [])
    return located
  }

  /// The module that a name means, in the only part of the base that has it.
  private func module(
    _ name: String
  ) -> (run: ModuleRun, places: [PartedBase.Place])? {
    let reference = ModuleReference(name)
    let found = base.parts.filter { part in
      reference.part == nil || part.part == reference.part
        || (part.part == nil && reference.part != .denoiser)
    }.compactMap { $0.module(reference) }
    return found.count == 1 ? found[0] : nil
  }

  // MARK: Rows

  private struct Part {
    var update: Range<Int>
    var base: Range<Int>
    let place: PartedBase.Place
  }

  /// The update's rows and those of the base that they belong to, neighbours as one.
  private func parts(
    of update: ModuleUpdate, _ run: ModuleRun, _ places: [PartedBase.Place]
  ) throws(AdapterError) -> [(update: ModuleUpdate, rows: Range<Int>, place: PartedBase.Place)] {
    var parts: [Part] = []
    var start = 0
    for place in places {
      let rows = try rows(of: place, for: update)
      let next = start..<(start + rows.count)
      start = next.upperBound
      if let last = parts.last, last.place.module == place.module,
        last.base.upperBound == rows.lowerBound
      {
        parts[parts.count - 1].update = last.update.lowerBound..<next.upperBound
        parts[parts.count - 1].base = last.base.lowerBound..<rows.upperBound
      } else {
        parts.append(Part(update: next, base: rows, place: place))
      }
    }
    guard update.pair.up.shape.dimensions.first == start else {
      throw .tensor(
        file: file, name: update.tensorNames.count > 1 ? update.tensorNames[1] : update.name,
        problem: "expected \(start) rows, those of "
          + Set(places.map { "\"\(escaped($0.module))\"" }).sorted().joined(separator: ", ")
          + " in the base that it means, found \(update.pair.up.shape); is this the adapter's base?"
      )
    }
    var result: [(update: ModuleUpdate, rows: Range<Int>, place: PartedBase.Place)] = []
    for part in parts {
      result.append((try update.selecting(Array(part.update), file: file), part.base, part.place))
    }
    return result
  }

  private func rows(
    of place: PartedBase.Place, for update: ModuleUpdate
  ) throws(AdapterError) -> Range<Int> {
    let dimensions = place.shape.dimensions
    let columns = dimensions.dropFirst().reduce(1, *)
    guard let sizes = place.run.sizes(rows: dimensions.first ?? 0, columns: columns) else {
      throw .tensor(
        file: file, name: update.name,
        problem: "is of rows of \"\(escaped(place.module))\", which should be those of "
          + place.run.pieces.joined(separator: ", ") + ", and its shape \(place.shape) cannot be "
          + "divided so; is this the adapter's base?")
    }
    let start = sizes[..<place.index].reduce(0, +)
    return start..<(start + sizes[place.index])
  }

  private mutating func take(
    _ part: (update: ModuleUpdate, rows: Range<Int>, place: PartedBase.Place)
  ) {
    let total = part.place.shape.dimensions.first ?? 0
    guard part.rows != 0..<total else {
      var update = part.update
      update.module = part.place.module
      placed.append(update)
      return
    }
    let module = part.place.module
    joined[ExactString(module), default: JoinedUpdate(module, rowCount: total)]
      .append(part.update, at: part.rows.lowerBound)
  }

  func updates() throws(ErrorList) -> [ModuleUpdate] {
    var (result, errors) = (placed, errors)
    for join in joined.values {
      do throws(AdapterError) {
        result.append(try join.update(file: file))
      } catch {
        errors.append(error)
      }
    }
    guard errors.isEmpty else { throw ErrorList(errors) }
    return result
  }
}
