#if canImport(Accelerate)
  import Accelerate
#else
  import COpenBLAS
#endif

/// X = lower · rows, with orthonormal rows: the QR decomposition of Xᵀ.
///
/// A block of vectors is kept one vector a row, so that neither a LoRA factor A nor a block of
/// singular vectors is ever transposed: LAPACK reads X row by row as Xᵀ column by column.
package struct RowFactors: Sendable {
  /// [count, k], lower triangular; k = min(count, length).
  package let lower: [Double]
  /// [k, length], orthonormal.
  package let rows: [Double]
  package let k: Int
}

/// The decomposition of X [count, length]; by Householder reflections, also where X has lesser rank.
package func rowFactors(of x: [Double], count: Int, length: Int) -> RowFactors {
  var (a, tau) = reflected(x, count: count, length: length)
  let k = min(count, length)
  let lower = triangle(of: a, count: count, length: length)
  var (m, kept, info) = (Int32(length), Int32(k), Int32(0))
  var size = Int32(64 * k)
  var work = [Double](repeating: 0, count: Int(size))
  unsafe dorgqr_(&m, &kept, &kept, &a, &m, &tau, &work, &size, &info)
  if k < count { a.removeLast((count - k) * length) }
  return RowFactors(lower: lower, rows: a, k: k)
}

/// The triangle alone, [count, min(count, length)]: X has its singular values.
package func rowTriangle(of x: [Double], count: Int, length: Int) -> [Double] {
  triangle(of: reflected(x, count: count, length: length).a, count: count, length: length)
}

private func reflected(
  _ x: [Double], count: Int, length: Int
) -> (a: [Double], tau: [Double]) {
  precondition(count > 0 && length > 0 && x.count == count * length, "no such block of rows")
  var a = x
  var tau = [Double](repeating: 0, count: min(count, length))
  var (m, n, info) = (Int32(length), Int32(count), Int32(0))
  var size = Int32(64 * count)
  var work = [Double](repeating: 0, count: Int(size))
  _ = singleThreadedBLAS
  unsafe dgeqrf_(&m, &n, &a, &m, &tau, &work, &size, &info)
  return (a, tau)
}

/// R of LAPACK's output, transposed.
private func triangle(of a: [Double], count: Int, length: Int) -> [Double] {
  let k = min(count, length)
  var lower = [Double](repeating: 0, count: count * k)
  for row in 0..<count {
    for column in 0...min(row, k - 1) { lower[row * k + column] = a[row * length + column] }
  }
  return lower
}

/// The singular values of a row-major matrix [rows, columns], falling; nil when LAPACK finds none.
package func singularValues(of matrix: [Double], rows: Int, columns: Int) -> [Double]? {
  precondition(rows > 0 && columns > 0 && matrix.count == rows * columns, "no such matrix")
  var a = matrix
  let k = min(rows, columns)
  var values = [Double](repeating: 0, count: k)
  var (m, n, one) = (Int32(columns), Int32(rows), Int32(1))
  var integers = [Int32](repeating: 0, count: 8 * k)
  var (info, size) = (Int32(0), Int32(-1))
  var (work, none) = ([0.0], [0.0])
  var nothing = [0.0]
  _ = singleThreadedBLAS
  unsafe dgesdd_(
    "N", &m, &n, &a, &m, &values, &none, &one, &nothing, &one, &work, &size, &integers, &info)
  size = Int32(work[0])
  work = [Double](repeating: 0, count: Int(size))
  unsafe dgesdd_(
    "N", &m, &n, &a, &m, &values, &none, &one, &nothing, &one, &work, &size, &integers, &info)
  return info == 0 && values.allSatisfy(\.isFinite) ? values : nil
}
