#if canImport(Accelerate)
  import Accelerate
#else
  import COpenBLAS
#endif

/// A = left · diag(values) · right, values falling: the thin singular value decomposition.
///
/// A is row-major [rows, columns], k = min(rows, columns); left [rows, k], right [k, columns]. Nil
/// when LAPACK finds none, as for a matrix that is not finite.
package func singularFactors(
  of matrix: [Double], rows: Int, columns: Int
) -> (left: [Double], values: [Double], right: [Double])? {
  precondition(rows > 0 && columns > 0 && matrix.count == rows * columns, "no such matrix")
  let k = min(rows, columns)
  var a = matrix
  var (values, left) = ([Double](repeating: 0, count: k), [Double](repeating: 0, count: rows * k))
  var right = [Double](repeating: 0, count: k * columns)
  var (m, n, kept) = (Int32(columns), Int32(rows), Int32(k))
  var integers = [Int32](repeating: 0, count: 8 * k)
  var (info, size) = (Int32(0), Int32(-1))
  var work = [0.0]
  // Row by row A is Aᵀ column by column: Aᵀ = rightᵀ · diag(values) · leftᵀ.
  unsafe dgesdd_(
    "S", &m, &n, &a, &m, &values, &right, &m, &left, &kept, &work, &size, &integers, &info)
  size = Int32(work[0])
  work = [Double](repeating: 0, count: Int(size))
  unsafe dgesdd_(
    "S", &m, &n, &a, &m, &values, &right, &m, &left, &kept, &work, &size, &integers, &info)
  return info == 0 && values.allSatisfy(\.isFinite) ? (left, values, right) : nil
}

/// A = q · r with orthonormal columns in q [rows, k] and r [k, columns] upper triangular.
package func orthogonalFactors(
  of matrix: [Double], rows: Int, columns: Int
) -> (q: [Double], r: [Double]) {
  precondition(rows > 0 && columns > 0 && matrix.count == rows * columns, "no such matrix")
  let k = min(rows, columns)
  var a = (0..<rows * columns).map { matrix[$0 % rows * columns + $0 / rows] }
  var tau = [Double](repeating: 0, count: k)
  var (m, n, kept, info) = (Int32(rows), Int32(columns), Int32(k), Int32(0))
  var size = Int32(64 * max(rows, columns))
  var work = [Double](repeating: 0, count: Int(size))
  unsafe dgeqrf_(&m, &n, &a, &m, &tau, &work, &size, &info)
  var r = [Double](repeating: 0, count: k * columns)
  for row in 0..<k {
    for column in row..<columns { r[row * columns + column] = a[column * rows + row] }
  }
  unsafe dorgqr_(&m, &kept, &kept, &a, &m, &tau, &work, &size, &info)
  let q = (0..<rows * k).map { a[$0 % k * rows + $0 / k] }
  return (q, r)
}
