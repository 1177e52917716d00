import Adapters
import Containers
import OrderedCollections
import Tensors

/// Compares two adapters module by module: the factors bit by bit, the deltas by their norms.
///
/// Different factors can have the same delta, and adapters in different dialects always lie
/// differently: the relative difference of the deltas, through the factors, tells.
package struct AdapterComparison: Sendable {
  package let first: Adapter
  package let second: Adapter
  /// Modules whose relative difference is no larger count as equal.
  package var tolerance = 0.0

  package init(_ first: Adapter, _ second: Adapter) {
    (self.first, self.second) = (first, second)
  }

  /// Every module and every parameter that either has, in the order of the first.
  ///
  /// - Throws: `AdapterError.tensor` for factors that do not fit together.
  package func run() throws -> [ComparedTensor] {
    for adapter in [first, second] { try adapter.requirePairs(for: "compare") }
    let others = Dictionary(
      second.updates.map { (ExactString($0.module), $0) }, uniquingKeysWith: { first, _ in first })
    var result: [ComparedTensor] = []
    for update in first.updates {
      if let other = others[ExactString(update.module)] {
        result.append(try compared(update, other).tolerating(tolerance))
      } else {
        result.append(
          ComparedTensor(name: update.module, verdict: .onlyInFirst, forms: (update.form, nil)))
      }
    }
    let own = Set(first.updates.map { ExactString($0.module) })
    for update in second.updates where !own.contains(ExactString(update.module)) {
      result.append(
        ComparedTensor(name: update.module, verdict: .onlyInSecond, forms: (nil, update.form)))
    }
    return result + parameters
  }

  private func compared(
    _ update: ModuleUpdate, _ other: ModuleUpdate
  ) throws -> ComparedTensor {
    var result = ComparedTensor(
      name: update.module, verdict: .otherForm, forms: (update.form, other.form))
    let areEqual =
      update.pair.down == other.pair.down && update.pair.up == other.pair.up
      && update.pair.scaling == other.pair.scaling && update.upBias == other.upBias
      && update.magnitude == other.magnitude
    if areEqual {
      (result.verdict, result.relative) = (.equal, 0)
      return result
    }
    guard update.matrixCount == other.matrixCount else { return result }
    var (squares, difference) = (0.0, 0.0)
    for index in 0..<update.matrixCount {
      let left = try update.delta(index, of: first.file)
      let right = try other.delta(index, of: second.file)
      guard left.rows == right.rows, left.columns == right.columns else { return result }
      squares += try first.triples(of: left, update).energy
      difference += try second.triples(
        of: ThinProduct(sum: [right, left.scaled(by: -1)]), other
      ).energy
    }
    result.verdict = difference == 0 ? .otherBits : .different
    result.relative = difference == 0 ? 0 : (difference / squares).squareRoot()
    if update.upBias != other.upBias || update.magnitude != other.magnitude {
      // The delta is not all of the difference.
      result.verdict = .different
      result.relative = nil
    }
    return result
  }

  private var parameters: [ComparedTensor] {
    let others = Dictionary(
      second.replacements.map { (ExactString($0.parameter), $0) },
      uniquingKeysWith: { first, _ in first })
    let own = Set(first.replacements.map { ExactString($0.parameter) })
    let compared = first.replacements.map { brought in
      guard let other = others[ExactString(brought.parameter)] else {
        return ComparedTensor(
          name: brought.parameter, verdict: .onlyInFirst, forms: (brought.form, nil))
      }
      return ComparedTensor(brought, other).tolerating(tolerance)
    }
    return compared
      + second.replacements.filter { !own.contains(ExactString($0.parameter)) }.map {
        ComparedTensor(name: $0.parameter, verdict: .onlyInSecond, forms: (nil, $0.form))
      }
  }
}

extension ComparedTensor {
  /// Two parameters that adapters bring whole.
  fileprivate init(_ first: Replacement, _ second: Replacement) {
    self.init(
      name: first.parameter, verdict: .otherForm, forms: (first.form, second.form))
    let (left, right) = (first.tensor, second.tensor)
    guard left.shape == right.shape, first.rows == second.rows,
      left.type.floatFormat != nil && right.type.floatFormat != nil || left.type == right.type
    else { return }
    var scratch = PairScratch()
    let found = left.bytes.withBytes { leftBytes in
      right.bytes.withBytes {
        PieceComparison(leftBytes, left.type, $0, right.type, &scratch)
      }
    }
    take(found, of: left.shape.elementCount, haveNorm: PieceComparison.format(left.type) != nil)
  }
}

extension ModuleUpdate {
  /// Rank, scaling and the size of the delta.
  fileprivate var form: String {
    let (rows, columns) = (
      pair.up.shape[0], pair.down.shape.dimensions.dropFirst().reduce(1, *)
    )
    return "rank \(rank) x \(pair.scaling) [\(rows), \(columns)]"
  }
}

extension Replacement {
  fileprivate var form: String { "\(tensor.type.rawValue) \(tensor.shape)" }
}
