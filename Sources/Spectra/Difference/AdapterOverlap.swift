import Adapters
import Containers
import Kernels
import Synchronization
import Tensors

/// How the updates of two adapters lie to each other: what combining or stacking them will do.
package struct AdapterOverlap: Sendable {
  /// A module that both adapters update.
  package struct Module: Sendable {
    /// By its name in the first.
    package let name: String
    package let overlap: DeltaOverlap
    /// Whether one is a DoRA module, of which this is the direction s·B·A alone.
    package let isDirection: Bool
  }

  /// In the order of the first adapter.
  package let modules: [Module]
  /// Names of modules that one adapter alone updates.
  package let onlyInFirst: [String]
  package let onlyInSecond: [String]
  /// Parameters that both bring whole, of which only one can be had.
  package let replacedByBoth: [String]
  /// Modules whose updates are for weights of two sizes.
  package let misfits: [String]
  /// All modules together, also those of one adapter.
  package let total: DeltaOverlap

  /// Compares module by module.
  ///
  /// - Parameters:
  ///   - first: An adapter.
  ///   - second: Another one.
  ///   - threads: Modules are shared out among them.
  /// - Throws: `AdapterError.tensor` for factors that do not fit together.
  package init(_ first: Adapter, _ second: Adapter, threads: Int) throws {
    for adapter in [first, second] { try adapter.requirePairs(for: "compare") }
    let names = ModuleNames(second.updates.map(\.module))
    var (found, alone, met): ([(ModuleUpdate, ModuleUpdate)], [ModuleUpdate], Set<Int>) =
      ([], [], [])
    for update in first.updates {
      if let index = names.index(of: update.module), met.insert(index).inserted {
        found.append((update, second.updates[index]))
      } else {
        alone.append(update)
      }
    }
    let partners = found
    let others = second.updates.indices.filter { !met.contains($0) }.map { second.updates[$0] }
    let files = (first.file, second.file)
    let results = Mutex([Module?](repeating: nil, count: partners.count))
    try Parallel.forEach(count: partners.count, threads: threads) { index throws in
      let (update, other) = partners[index]
      let module = try Self.module(update, other, files: files)
      results.withLock { $0[index] = module }
    }
    let compared = results.withLock { $0 }
    modules = compared.compactMap(\.self)
    misfits = zip(partners, compared).filter { $0.1 == nil }.map(\.0.0.module)
    onlyInFirst = alone.map(\.module)
    onlyInSecond = others.map(\.module)
    let brought = Set(first.replacements.map { ExactString($0.parameter) })
    replacedByBoth = second.replacements.map(\.parameter).filter {
      brought.contains(ExactString($0))
    }
    var total = DeltaOverlap()
    for module in modules { total.add(module.overlap) }
    for update in alone { total.add(squareOfOne: try first.energy(of: update), isFirst: true) }
    for update in others { total.add(squareOfOne: try second.energy(of: update), isFirst: false) }
    self.total = total
  }

  /// One module of both; nil where their updates are for weights of two sizes.
  private static func module(
    _ update: ModuleUpdate, _ other: ModuleUpdate, files: (String, String)
  ) throws -> Module? {
    var overlap = DeltaOverlap()
    guard update.matrixCount == other.matrixCount else { return nil }
    for index in 0..<update.matrixCount {
      let left = try update.delta(index, of: files.0)
      let right = try other.delta(index, of: files.1)
      guard left.rows == right.rows, left.columns == right.columns else { return nil }
      do throws(NoDecomposition) {
        overlap.add(try DeltaOverlap(left, right))
      } catch {
        throw AdapterError.tensor(
          file: files.1, name: other.name, problem: "its delta has no singular values in f64")
      }
    }
    return Module(
      name: update.module, overlap: overlap,
      isDirection: update.magnitude != nil || other.magnitude != nil)
  }
}

extension Adapter {
  /// Σ σ² of one module's delta.
  fileprivate func energy(of update: ModuleUpdate) throws -> Double {
    var sum = 0.0
    for index in 0..<update.matrixCount {
      let delta = try update.delta(index, of: file)
      do throws(NoDecomposition) {
        sum += try delta.singularValues().reduce(0) { $0 + $1 * $1 }
      } catch {
        throw AdapterError.tensor(
          file: file, name: update.name, problem: "its delta has no singular values in f64")
      }
    }
    return sum
  }
}
