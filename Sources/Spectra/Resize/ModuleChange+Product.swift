import Adapters
import Containers
import Kernels
import Tensors

extension ModuleChange {
  /// The delta of a weight as two factors, without loss; nil where it is no such delta.
  ///
  /// | kind       | factors                                                                     | rank        |
  /// |------------|-----------------------------------------------------------------------------|-------------|
  /// | LoHa       | rows of B₁ times rows of B₂, each with each; columns of A₁ and A₂ likewise   | r₁·r₂       |
  /// | LoKr       | those of w₁ and of w₂ likewise; one of each two is a unit matrix             | rank of w₁ · rank of w₂ at most |
  /// | difference | itself and a unit matrix                                                    | its shorter side |
  package var product: ThinProduct? {
    guard parameter == .weight else { return nil }
    switch form {
    case .hadamard(let first, let second):
      return ThinProduct(first).rowwise(ThinProduct(second)).scaled(by: first.scaling)
    case .kronecker(let left, let right, let scaling):
      return ThinProduct(matrix: left).kronecker(ThinProduct(matrix: right)).scaled(by: scaling)
    case .difference(let tensor): return ThinProduct(matrix: tensor)
    case .value, .factors, .rotation, .products: return nil
    }
  }
}

extension ModuleChange {
  /// An update of zeros on a weight of this shape, to be given the change's factors.
  func pair(on shape: Shape, rank: Int) -> ModuleUpdate {
    let tail = [Int](repeating: 1, count: shape.rank - 2)
    func zeros(_ dimensions: [Int]) -> Tensor {
      let shape = Shape(dimensions)
      return Tensor([Float](repeating: 0, count: shape.elementCount), shape: shape)
    }
    return ModuleUpdate(
      module: module, kind: .weight,
      pair: LowRankPair(
        down: zeros([1] + shape.dimensions.dropFirst()), up: zeros([shape[0], 1] + tail),
        scaling: 1),
      rank: rank, magnitude: magnitude?.values, tensorNames: tensorNames,
      magnitudeAxis: magnitude?.axis ?? .outputs)
  }
}

extension ThinProduct {
  fileprivate init(_ pair: LowRankPair) {
    let (rows, rank) = ModuleUpdate.matrix(pair.up.shape)
    let up = pair.up.doubles ?? []
    self.init(
      rank: rank, rows: rows, columns: ModuleUpdate.matrix(pair.down.shape).columns,
      left: (0..<rank * rows).map { up[$0 % rows * rank + $0 / rows] },
      right: pair.down.doubles ?? [])
  }

  /// A matrix as the product of itself and a unit matrix.
  fileprivate init(matrix: Tensor) {
    let (rows, columns) = ModuleUpdate.matrix(matrix.shape)
    let values = matrix.doubles ?? []
    let rank = min(rows, columns)
    let unit = (0..<rank * rank).map { $0 / rank == $0 % rank ? 1.0 : 0 }
    self.init(
      rank: rank, rows: rows, columns: columns,
      left: rows <= columns
        ? unit : (0..<rank * rows).map { values[$0 % rows * columns + $0 / rows] },
      right: rows <= columns ? values : unit)
  }

  /// The element by element product: every pair of terms is a term.
  fileprivate func rowwise(_ other: ThinProduct) -> ThinProduct {
    func pairs(_ first: [Double], _ second: [Double], _ length: Int) -> [Double] {
      (0..<rank * other.rank).flatMap { term in
        (0..<length).map {
          first[term / other.rank * length + $0] * second[term % other.rank * length + $0]
        }
      }
    }
    return ThinProduct(
      rank: rank * other.rank, rows: rows, columns: columns, left: pairs(left, other.left, rows),
      right: pairs(right, other.right, columns))
  }

  /// The Kronecker product: every pair of terms is a term.
  fileprivate func kronecker(_ other: ThinProduct) -> ThinProduct {
    func pairs(_ first: [Double], _ length: Int, _ second: [Double], _ inner: Int) -> [Double] {
      (0..<rank * other.rank).flatMap { term in
        (0..<length * inner).map {
          first[term / other.rank * length + $0 / inner]
            * second[term % other.rank * inner + $0 % inner]
        }
      }
    }
    return ThinProduct(
      rank: rank * other.rank, rows: rows * other.rows, columns: columns * other.columns,
      left: pairs(left, rows, other.left, other.rows),
      right: pairs(right, columns, other.right, other.columns))
  }
}
