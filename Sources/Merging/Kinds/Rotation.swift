import Adapters
import Kernels
import Tensors

/// OFT: the outputs of a weight, in blocks, are rotated.
///
///     Q = X − Xᵀ, shortened where a constraint says so     R = (I + Q)·(I − Q)⁻¹
///     diagonal:    W'[k·b + m, ·] = Σ_n R_k[n, m] · W[k·b + n, ·]
///     butterfly:   for i = 0, 1, …: rows (c, 2, 2^i·b/2) are dealt out as (c, 2^i·b/2, 2), each b of
///                  them times R_i, and dealt back
///
/// A user's weight w puts `I + w·(R − I)` in place of each R. Then each output is multiplied by its
/// `rescale`, where there is one.
///
/// Sources: <https://arxiv.org/abs/2306.07280>, <https://arxiv.org/abs/2311.06243>, `diag_oft.py` and
/// `boft.py` in <https://github.com/KohakuBlueleaf/LyCORIS/tree/main/lycoris/modules>,
/// <https://github.com/kohya-ss/sd-scripts/blob/main/networks/oft.py>
struct Rotation: Sendable {
  let blocks: RotationBlocks
  /// The user's.
  let weight: Double

  /// A rotation whose matrices are worked out, in f64.
  struct Turn: WholeChange {
    /// `[stages, blocks, b, b]`, each as it is multiplied from the left.
    private let matrices: [[Double]]
    private let rotation: Rotation
    private var size: Int { rotation.blocks.size }
    private var count: Int { rotation.blocks.count }

    init(_ rotation: Rotation) {
      self.rotation = rotation
      let blocks = rotation.blocks
      let square = blocks.size * blocks.size
      let values = blocks.values.doubles ?? []
      let shortening = blocks.shortening
      matrices = (0..<blocks.stages * blocks.count).map { index in
        let skew = SkewMatrix(values[index * square..<(index + 1) * square], size: blocks.size)
        return skew.rotation(
          shortening, weight: rotation.weight, isTransposed: !blocks.isButterfly)
      }
    }

    func changed<Value: SumScalar>(
      _ weight: [Value], _ size: (rows: Int, columns: Int)
    ) -> [Value] {
      var values = weight
      for stage in 0..<rotation.blocks.stages {
        guard rotation.blocks.isButterfly else {
          values = turned(values, stage, columns: size.columns)
          continue
        }
        let half = (1 << stage) * self.size / 2
        let dealt = moved(values, size) { $0 / half % 2 + 2 * ($0 % half + $0 / (2 * half) * half) }
        let turned = turned(dealt, stage, columns: size.columns)
        values = moved(turned, size) { row in
          let (group, place) = row.quotientAndRemainder(dividingBy: 2 * half)
          return group * 2 * half + place % 2 * half + place / 2
        }
      }
      guard let rescale = rotation.blocks.rescale?.doubles else { return values }
      for row in 0..<size.rows {
        for index in row * size.columns..<(row + 1) * size.columns {
          values[index] *= Value(rescale[row])
        }
      }
      return values
    }

    /// Each block of rows times its matrix.
    private func turned<Value: SumScalar>(
      _ values: [Value], _ stage: Int, columns: Int
    ) -> [Value] {
      var result: [Value] = []
      result.reserveCapacity(values.count)
      let length = size * columns
      var part = [Value](repeating: 0, count: length)
      for block in 0..<count {
        matmulNN(
          matrices[stage * count + block].map { Value($0) },
          Array(values[block * length..<(block + 1) * length]), into: &part,
          Product(m: size, n: columns, k: size))
        result += part
      }
      return result
    }

    /// The rows in another order: row `r` goes to `place(r)`.
    private func moved<Value: SumScalar>(
      _ values: [Value], _ size: (rows: Int, columns: Int), to place: (Int) -> Int
    ) -> [Value] {
      var result = values
      for row in 0..<size.rows {
        let target = place(row) * size.columns
        for column in 0..<size.columns {
          result[target + column] = values[row * size.columns + column]
        }
      }
      return result
    }
  }
}

/// Q = X − Xᵀ of one block.
private struct SkewMatrix {
  private let size: Int
  private var values: [Double]

  init(_ block: ArraySlice<Double>, size: Int) {
    self.size = size
    let block = Array(block)
    values = block.indices.map { block[$0] - block[$0 % size * size + $0 / size] }
  }

  /// `I + w·(R − I)` with R = (I + Q)·(I − Q)⁻¹, or its transpose.
  ///
  /// I + Q and I − Q commute, so R = (I − Q)⁻¹·(I + Q): Gauss and Jordan's elimination, rows in
  /// ascending order. It needs no pivots, for the symmetric part of I − Q is I.
  func rotation(_ shortening: Double, weight: Double, isTransposed: Bool) -> [Double] {
    let n = size
    var (left, right) = (values.map { -$0 * shortening }, values.map { $0 * shortening })
    for index in 0..<n {
      left[index * n + index] += 1
      right[index * n + index] += 1
    }
    for pivot in 0..<n {
      let scale = 1 / left[pivot * n + pivot]
      for column in 0..<n {
        left[pivot * n + column] *= scale
        right[pivot * n + column] *= scale
      }
      for row in 0..<n where row != pivot {
        let factor = left[row * n + pivot]
        for column in 0..<n {
          left[row * n + column] -= factor * left[pivot * n + column]
          right[row * n + column] -= factor * right[pivot * n + column]
        }
      }
    }
    return right.indices.map { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: n)
      let unit: Double = row == column ? 1 : 0
      return unit + weight * (right[isTransposed ? column * n + row : index] - unit)
    }
  }
}
