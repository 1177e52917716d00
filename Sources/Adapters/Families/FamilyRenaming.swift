import OrderedCollections
import Tensors

/// Cuts and joins the updates of one adapter so that they are of the modules of another naming.
struct FamilyRenaming {
  let file: String
  let base: PartedBase?
  private var renamed: [ModuleUpdate] = []
  private var joins: OrderedDictionary<ExactString, Join> = [:]
  private var rowCounts: [ExactString: Int] = [:]
  private var errors: [any ReportableError] = []

  /// Updates that are rows of one module.
  private struct Join {
    let run: ModuleRun
    let columns: Int
    var slices: [(update: ModuleUpdate, index: Int)] = []
  }

  init(file: String, base: PartedBase?) { (self.file, self.base) = (file, base) }

  /// Takes an update of the module `run`.
  ///
  /// - Parameters:
  ///   - update: Of that module.
  ///   - run: The pieces of it.
  ///   - table: The names that are wanted.
  ///   - spelled: A name of the table as it is written; nil when there is none for the part.
  mutating func take(
    _ update: ModuleUpdate, _ run: ModuleRun, to table: NamingTable,
    _ spelled: (String) -> String?
  ) {
    do throws(AdapterError) {
      let holders = try run.pieces.map { piece throws(AdapterError) in
        guard let holder = table.holders(of: piece).first else {
          throw refusal(update, "its module has no name there")
        }
        return holder
      }
      guard let target = holders.first?.run, let name = spelled(target.name) else {
        throw refusal(update, "the program reads no adapter of this part; leave it with --part")
      }
      var update = update
      if target.pieces == run.pieces {
        update.module = name
        renamed.append(update)
      } else if Set(target.pieces) == Set(run.pieces) {
        renamed.append(try reordered(update, run, as: target.pieces, name))
      } else {
        try divide(update, run, holders, spelled)
      }
    } catch {
      errors.append(error)
    }
  }

  /// A module whose pieces lie in another order.
  private func reordered(
    _ update: ModuleUpdate, _ run: ModuleRun, as pieces: [String], _ name: String
  ) throws(AdapterError) -> ModuleUpdate {
    let ranges = try ranges(of: update, run)
    let order = pieces.flatMap { piece in
      zip(run.pieces, ranges).first { $0.0 == piece }.map { Array($0.1) } ?? []
    }
    var result = try update.selecting(order, file: file)
    result.module = name
    return result
  }

  private mutating func divide(
    _ update: ModuleUpdate, _ run: ModuleRun, _ holders: [(run: ModuleRun, index: Int)],
    _ spelled: (String) -> String?
  ) throws(AdapterError) {
    let ranges = try ranges(of: update, run)
    for ((piece, range), holder) in zip(zip(run.pieces, ranges), holders) {
      guard let name = spelled(holder.run.name) else { continue }
      rowCounts[ExactString(piece)] = range.count
      var slice = try update.selecting(Array(range), file: file)
      slice.module = name
      guard holder.run.pieces.count > 1 else {
        renamed.append(slice)
        continue
      }
      let columns = update.pair.down.shape.dimensions.dropFirst().reduce(1, *)
      joins[ExactString(name), default: Join(run: holder.run, columns: columns)]
        .slices.append((slice, holder.index))
    }
  }

  /// The update's rows that each piece has.
  private func ranges(
    of update: ModuleUpdate, _ run: ModuleRun
  ) throws(AdapterError) -> [Range<Int>] {
    let rows = update.pair.up.shape.dimensions.first ?? 0
    let columns = update.pair.down.shape.dimensions.dropFirst().reduce(1, *)
    guard let sizes = run.sizes(rows: rows, columns: columns) else {
      throw refusal(
        update, "its \(rows) rows cannot be those of " + run.pieces.joined(separator: ", "))
    }
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return start..<(start + size)
    }
  }

  private func refusal(_ update: ModuleUpdate, _ problem: String) -> AdapterError {
    .tensor(file: file, name: update.name, problem: problem)
  }

  /// All updates under their new names.
  func updates(_ naming: FamilyNaming) throws(ErrorList) -> [ModuleUpdate] {
    var (result, errors) = (renamed, errors)
    for (name, join) in joins {
      do throws(AdapterError) {
        result.append(try update(join, named: name.text))
      } catch {
        errors.append(error)
      }
    }
    var seen: Set<ExactString> = []
    for update in result where !seen.insert(ExactString(update.module)).inserted {
      errors.append(refusal(update, "another tensor of the file means the same module"))
    }
    guard errors.isEmpty else { throw ErrorList(errors) }
    return result
  }

  private func update(_ join: Join, named name: String) throws(AdapterError) -> ModuleUpdate {
    var starts: [Int] = []
    var end = 0
    for (index, piece) in join.run.pieces.enumerated() {
      starts.append(end)
      guard let count = rowCount(of: piece, at: index, in: join) else {
        throw refusal(
          join.slices[0].update,
          "becomes rows of one matrix with \"\(piece)\", which the adapter does not have; "
            + "give --base, which says how many rows that has")
      }
      end += count
    }
    var joined = JoinedUpdate(name, rowCount: end)
    for (update, index) in join.slices { joined.append(update, at: starts[index]) }
    return try joined.update(file: file)
  }

  private func rowCount(of piece: String, at index: Int, in join: Join) -> Int? {
    if let known = rowCounts[ExactString(piece)] ?? base?.rowCount(of: piece) { return known }
    switch join.run.share {
    case .equal: return join.run.pieces.compactMap { rowCounts[ExactString($0)] }.first
    case .columns(let count): return index < count ? join.columns : nil
    }
  }
}
