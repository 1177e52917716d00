import Kernels
import Tensors

/// One factor of an update, turned so that it lies on its weight as a matrix.
struct Factor: Sendable {
  /// How the tensor's elements become the matrix.
  enum Layout: Sendable, Equatable {
    /// As they lie: the first dimension is the rows, the others together the columns.
    case plain
    /// Rows and columns exchanged.
    case transposed
    /// Expert `index` of stacked factors `[experts · rank, columns]`.
    case expertRows(index: Int)
    /// The same, rows and columns exchanged.
    case expertRowsTransposed(index: Int)
    /// Expert `index` of stacked factors `[rows, rank · experts]`, where the rank varies slowest.
    case expertColumns(index: Int, experts: Int)
    /// The same, rows and columns exchanged.
    case expertColumnsTransposed(index: Int, experts: Int)
  }

  let tensor: Tensor
  let layout: Layout
  let rows: Int
  let columns: Int
  /// Multiplied in f64 before the one rounding to the kernel's precision; 1 for A, s·w for B.
  let scale: Double

  /// The same factor with another scale.
  func scaled(by scale: Double) -> Self {
    Self(tensor: tensor, layout: layout, rows: rows, columns: columns, scale: scale)
  }

  /// The matrix `[rows, columns]`, each element scaled and rounded once to f32.
  ///
  /// An unscaled f32, f16 or bf16 factor is exact.
  func floats() -> [Float] {
    guard scale == 1, let format = tensor.type.floatFormat else { return doubles().map(Float.init) }
    return arranged(FloatCoding.floats(of: tensor.bytes, as: format))
  }

  /// The matrix `[rows, columns]`, each element scaled in f64.
  func doubles() -> [Double] {
    guard let format = tensor.type.floatFormat else { return [] }
    let values = arranged(FloatCoding.doubles(of: tensor.bytes, as: format))
    return scale == 1 ? values : values.map { $0 * scale }
  }

  private func arranged<Value>(_ values: [Value]) -> [Value] {
    switch layout {
    case .plain:
      return values
    case .expertRows(let index):
      return Array(values[(index * rows * columns)..<((index + 1) * rows * columns)])
    case .transposed:
      return matrix { row, column in values[column * rows + row] }
    case .expertRowsTransposed(let index):
      let start = index * rows * columns
      return matrix { row, column in values[start + column * rows + row] }
    case .expertColumns(let index, let experts):
      return matrix { row, column in values[(row * columns + column) * experts + index] }
    case .expertColumnsTransposed(let index, let experts):
      return matrix { row, column in values[(column * rows + row) * experts + index] }
    }
  }

  private func matrix<Value>(_ element: (Int, Int) -> Value) -> [Value] {
    var result: [Value] = []
    result.reserveCapacity(rows * columns)
    for row in 0..<rows {
      for column in 0..<columns { result.append(element(row, column)) }
    }
    return result
  }
}

/// One low-rank term on a weight seen as a row-major matrix `[rows, columns]`.
///
///     delta[m, n] = Σ_r up[m, r] · down[r, n]
struct UpdateTerm: Sendable {
  /// The left factor, `[rows, rank]`.
  let up: Factor
  /// The right factor, `[rank, columns]`.
  let down: Factor

  var rank: Int { up.columns }

  /// Whether the other term adds the same, wherever either has its scale.
  func isSame(as other: Self) -> Bool {
    up.scale * down.scale == other.up.scale * other.down.scale
      && up.scaled(by: 1).doubles() == other.up.scaled(by: 1).doubles()
      && down.scaled(by: 1).doubles() == other.down.scaled(by: 1).doubles()
  }
}
