/// A = q · r with orthonormal columns in q [rows, k] and r [k, columns] upper triangular.
package func orthogonalFactors(
  of matrix: [Double], rows: Int, columns: Int
) -> (q: [Double], r: [Double]) {
  precondition(rows > 0 && columns > 0 && matrix.count == rows * columns, "no such matrix")
  let transposed = (0..<rows * columns).map { matrix[$0 % rows * columns + $0 / rows] }
  let factors = rowFactors(of: transposed, count: columns, length: rows)
  let k = factors.k
  return (
    (0..<rows * k).map { factors.rows[$0 % k * rows + $0 / k] },
    (0..<k * columns).map { factors.lower[$0 % columns * k + $0 / columns] }
  )
}
