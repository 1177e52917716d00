import Tensors

/// The updates of modules whose rows are one matrix in the base's file, as one update of it.
///
/// Of parts 0 … n−1, `[out, in]` each, with A_i `[r_i, in]`, B_i `[out, r_i]` and scalings s_i:
///
///     A = [A_0; A_1; …]     B = diag(s_0·B_0, s_1·B_1, …)     s = 1
///
/// A part that is not adapted has rows of zeros. The chain of an element is that of its own part: what
/// the others add to it is zero.
struct JoinedUpdate {
  typealias Part = (update: ModuleUpdate, index: Int)

  let module: String
  let partCount: Int
  private(set) var parts: [Part] = []

  init(_ module: String, partCount: Int) {
    (self.module, self.partCount) = (module, partCount)
  }

  mutating func append(_ update: ModuleUpdate, as index: Int) {
    parts.append((update, index))
  }

  /// The update.
  ///
  /// - Throws: `AdapterError.tensor` for parts that make no such matrix together.
  func update(file: String) throws(AdapterError) -> ModuleUpdate {
    let first = parts[0].update
    let (rows, inputs) = (first.pair.up.shape[0], first.pair.down.shape[1])
    for (update, _) in parts {
      let (down, up) = (update.pair.down.shape, update.pair.up.shape)
      guard update.kind == .weight, down.rank == 2, up.rank == 2, down[0] == up[1],
        up[0] == rows, down[1] == inputs
      else {
        throw .tensor(
          file: file, name: update.name,
          problem: "is one of \(partCount) equal parts of \"\(escaped(module)).weight\"; A \(down) "
            + "and B \(up) do not go with A \(first.pair.down.shape) and B "
            + "\(first.pair.up.shape) of the first; is this the adapter's base?")
      }
    }
    return ModuleUpdate(
      module: module, kind: .weight, pair: pair(rows: rows, inputs: inputs),
      rank: parts.reduce(0) { $0 + $1.update.rank }, upBias: upBias(rows: rows),
      magnitude: try magnitude(rows: rows, file: file),
      tensorNames: parts.flatMap(\.update.tensorNames),
      statedModules: parts.flatMap(\.update.statedModules))
  }

  private func pair(rows: Int, inputs: Int) -> LowRankPair {
    let rank = parts.reduce(0) { $0 + $1.update.rank }
    var down: [Double] = []
    var up = [Double](repeating: 0, count: partCount * rows * rank)
    var start = 0
    for (update, index) in parts {
      down += update.pair.down.doubles ?? []
      for (position, value) in (update.pair.up.doubles ?? []).enumerated() {
        let row = index * rows + position / update.rank
        up[row * rank + start + position % update.rank] = value * update.pair.scaling
      }
      start += update.rank
    }
    return LowRankPair(
      down: Tensor(down, shape: [rank, inputs]),
      up: Tensor(up, shape: [partCount * rows, rank]), scaling: 1)
  }

  private func upBias(rows: Int) -> Tensor? {
    guard parts.contains(where: { $0.update.upBias != nil }) else { return nil }
    var bias = [Double](repeating: 0, count: partCount * rows)
    for (update, index) in parts {
      for (row, value) in (update.upBias?.doubles ?? []).enumerated() where row < rows {
        bias[index * rows + row] = value * update.pair.scaling
      }
    }
    return Tensor(bias, shape: [partCount * rows])
  }

  /// DoRA divides each row by its own norm; a part without it would be divided as well.
  private func magnitude(rows: Int, file: String) throws(AdapterError) -> Tensor? {
    let found = parts.compactMap { part in part.update.magnitude.map { (part.index, $0) } }
    guard let first = found.first else { return nil }
    let ordered = found.sorted { $0.0 < $1.0 }
    let values = ordered.flatMap { $0.1.doubles ?? [] }
    guard ordered.map(\.0) == Array(0..<partCount), values.count == partCount * rows else {
      throw .tensor(
        file: file, name: parts[0].update.name(endingIn: "", containing: "magnitude"),
        problem: "is DoRA of one of \(partCount) parts of the base's \"\(escaped(module)).weight\" "
          + "(\(first.1.shape)), and not all of them have it; merge it with PEFT")
    }
    return Tensor(values, shape: [partCount * rows])
  }
}
