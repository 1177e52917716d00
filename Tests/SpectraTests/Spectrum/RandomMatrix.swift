import Kernels
import Spectra
import Tensors

/// Matrices drawn for one test.
struct RandomMatrix {
  let seed: UInt64

  /// A product of factors of independent normal numbers.
  func thin(_ rank: Int, _ rows: Int, _ columns: Int) -> ThinProduct {
    var generator = Generator(seed: seed)
    return ThinProduct(
      rank: rank, rows: rows, columns: columns,
      left: (0..<rank * rows).map { _ in generator.normal() },
      right: (0..<rank * columns).map { _ in generator.normal() })
  }

  /// The same and independent normal numbers, in all `noise` times as large.
  func dense(_ rank: Int, _ rows: Int, _ columns: Int, noise: Double) -> DenseMatrix {
    let low = DenseMatrix(thin(rank, rows, columns), workers: .one).values
    var generator = Generator(seed: seed &+ 1)
    let scale = noise * Double(rank).squareRoot()
    let values = low.map { $0 + Float(generator.normal() * scale) }
    return DenseMatrix(rows: rows, columns: columns, values: values)
  }

  /// ‖triples − product‖ / ‖product‖.
  static func distance(_ triples: SingularTriples, from product: ThinProduct) -> Double {
    func entry(_ row: Int, _ column: Int) -> (Double, Double) {
      var (found, wanted) = (0.0, 0.0)
      for j in 0..<triples.count {
        found +=
          triples.values[j] * triples.left[j * triples.rows + row]
          * triples.right[j * triples.columns + column]
      }
      for r in 0..<product.rank {
        wanted += product.left[r * product.rows + row] * product.right[r * product.columns + column]
      }
      return (found, wanted)
    }
    var (difference, size) = (0.0, 0.0)
    for row in 0..<product.rows {
      for column in 0..<product.columns {
        let (found, wanted) = entry(row, column)
        difference += (found - wanted) * (found - wanted)
        size += wanted * wanted
      }
    }
    return (difference / size).squareRoot()
  }

  /// ‖matrix − triples‖ / ‖matrix‖, element by element.
  static func error(of triples: SingularTriples, on matrix: DenseMatrix) -> Double {
    let approximation = DenseMatrixValues(triples)
    var (difference, size) = (0.0, 0.0)
    for (value, found) in zip(matrix.values, approximation.values) {
      difference += (Double(value) - found) * (Double(value) - found)
      size += Double(value) * Double(value)
    }
    return (difference / size).squareRoot()
  }
}

/// Triples multiplied out, in f64.
struct DenseMatrixValues {
  let values: [Double]

  init(_ triples: SingularTriples) {
    var result = [Double](repeating: 0, count: triples.rows * triples.columns)
    matmulNN(
      triples.up, triples.down, into: &result,
      Product(m: triples.rows, n: triples.columns, k: triples.count))
    values = result
  }
}
