import Tensors

/// The updates of modules whose rows are one matrix in the base's file, as one update of it.
///
/// Of parts 0 … n−1, with A_i `[r_i, in]`, B_i `[out_i, r_i]` and scalings s_i:
///
///     A = [A_0; A_1; …]     B = diag(s_0·B_0, s_1·B_1, …)     s = 1
///
/// Where all scalings are one number, it stays in front and the factors keep their bits. Rows of no part
/// are zeros. The chain of an element is that of its own part: what the others add to it is zero.
struct JoinedUpdate {
  typealias Part = (update: ModuleUpdate, start: Int)

  private enum Size {
    case equalParts(Int)
    case rows(Int)
  }

  let module: String
  private let size: Size
  private var parts: [Part] = []

  /// Of a matrix of so many parts of equal rows.
  init(_ module: String, partCount: Int) {
    (self.module, size) = (module, .equalParts(partCount))
  }

  /// Of a matrix of so many rows.
  init(_ module: String, rowCount: Int) { (self.module, size) = (module, .rows(rowCount)) }

  /// Takes the update of the equal part with this number.
  mutating func append(_ update: ModuleUpdate, as index: Int) {
    parts.append((update, index * Self.rows(update)))
  }

  /// Takes the update of the rows from `start` on.
  mutating func append(_ update: ModuleUpdate, at start: Int) { parts.append((update, start)) }

  private static func rows(_ update: ModuleUpdate) -> Int {
    update.pair.up.shape.dimensions.first ?? 0
  }

  private var rowCount: Int {
    switch size {
    case .equalParts(let count): count * Self.rows(parts[0].update)
    case .rows(let count): count
    }
  }

  private var rank: Int { parts.reduce(0) { $0 + $1.update.rank } }

  /// The update.
  ///
  /// - Throws: `AdapterError.tensor` for parts that make no such matrix together.
  func update(file: String) throws(AdapterError) -> ModuleUpdate {
    try check(file: file)
    return ModuleUpdate(
      module: module, kind: .weight, pair: pair, rank: rank, upBias: upBias,
      magnitude: try magnitude(file: file), tensorNames: parts.flatMap(\.update.tensorNames),
      statedModules: parts.flatMap(\.update.statedModules))
  }

  private func check(file: String) throws(AdapterError) {
    let first = parts[0].update
    var end = 0
    for (update, start) in parts.sorted(by: { $0.start < $1.start }) {
      let (down, up) = (update.pair.down.shape, update.pair.up.shape)
      guard update.kind == .weight, down.rank == 2, up.rank == 2, down[0] == up[1],
        down[1] == first.pair.down.shape[1], isEqualPart(up[0])
      else { throw mismatch(update, file: file) }
      guard start >= end else {
        throw .tensor(
          file: file, name: update.name,
          problem: "is of rows of \"\(escaped(module)).weight\" that another update of the adapter "
            + "has too; fetch the adapter again")
      }
      end = start + up[0]
    }
  }

  private func isEqualPart(_ rows: Int) -> Bool {
    if case .rows = size { true } else { rows == Self.rows(parts[0].update) }
  }

  private func mismatch(_ update: ModuleUpdate, file: String) -> AdapterError {
    let first = parts[0].update
    return .tensor(
      file: file, name: update.name,
      problem: "is one part of the rows of \"\(escaped(module)).weight\"; A "
        + "\(update.pair.down.shape) and B \(update.pair.up.shape) do not go with A "
        + "\(first.pair.down.shape) and B \(first.pair.up.shape) of the first; is this the "
        + "adapter's base?")
  }

  /// The scaling that all parts have.
  private var commonScaling: Double? {
    let scaling = parts[0].update.pair.scaling
    return parts.allSatisfy { $0.update.pair.scaling == scaling } ? scaling : nil
  }

  private var pair: LowRankPair {
    let common = commonScaling
    let inputs = parts[0].update.pair.down.shape[1]
    let downs = parts.map(\.update.pair.down)
    let down = Tensor(downs.flatMap { $0.doubles ?? [] }, shape: [rank, inputs])
    var up = [Double](repeating: 0, count: rowCount * rank)
    var column = 0
    for (update, start) in parts {
      let factor = common == nil ? update.pair.scaling : 1
      for (position, value) in (update.pair.up.doubles ?? []).enumerated() {
        let row = start + position / update.rank
        up[row * rank + column + position % update.rank] = value * factor
      }
      column += update.rank
    }
    let joined = Tensor(up, shape: [rowCount, rank])
    return LowRankPair(
      down: Self.stored(down, as: downs),
      up: common == nil ? joined : Self.stored(joined, as: parts.map(\.update.pair.up)),
      scaling: common ?? 1)
  }

  /// In the type that all parts have, which holds their values exactly; else in F64.
  private static func stored(_ tensor: Tensor, as parts: [Tensor]) -> Tensor {
    guard let format = parts[0].type.floatFormat, parts.allSatisfy({ $0.type == parts[0].type })
    else { return tensor }
    return tensor.converted(to: format)
  }

  private var upBias: Tensor? {
    guard parts.contains(where: { $0.update.upBias != nil }) else { return nil }
    let common = commonScaling
    var bias = [Double](repeating: 0, count: rowCount)
    for (update, start) in parts {
      let factor = common == nil ? update.pair.scaling : 1
      for (row, value) in (update.upBias?.doubles ?? []).enumerated()
      where row < Self.rows(update) {
        bias[start + row] = value * factor
      }
    }
    return Tensor(bias, shape: [rowCount])
  }

  /// DoRA divides each row by its own norm; a part without it would be divided as well.
  private func magnitude(file: String) throws(AdapterError) -> Tensor? {
    let found = parts.compactMap { part in
      part.update.magnitude.map { (start: part.start, magnitude: $0) }
    }.sorted { $0.start < $1.start }
    guard let first = found.first else { return nil }
    let values = found.flatMap { $0.magnitude.doubles ?? [] }
    guard found.count == parts.count, values.count == rowCount else {
      throw .tensor(
        file: file, name: parts[0].update.name(endingIn: "", containing: "magnitude"),
        problem: "is DoRA of one part of the base's \"\(escaped(module)).weight\" "
          + "(\(first.magnitude.shape)), and not all of them have it; merge it with PEFT")
    }
    return Tensor(values, shape: [rowCount])
  }
}
