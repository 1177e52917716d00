/// A = left · diag(values) · right, values falling: the thin singular value decomposition.
///
/// A is row-major [rows, columns], k = min(rows, columns); left [rows, k], right [k, columns]. Nil
/// when LAPACK finds none, as for a matrix that is not finite.
package func singularFactors(
  of matrix: [Double], rows: Int, columns: Int
) -> (left: [Double], values: [Double], right: [Double])? {
  let k = min(rows, columns)
  var left = [Double](repeating: 0, count: rows * k)
  var right = [Double](repeating: 0, count: k * columns)
  let values = decompose(matrix, rows, columns, job: "S", left: &left, right: &right)
  return values.map { (left, $0, right) }
}

/// The singular values of a row-major matrix [rows, columns], falling; nil when LAPACK finds none.
package func singularValues(of matrix: [Double], rows: Int, columns: Int) -> [Double]? {
  var (none, nothing) = ([0.0], [0.0])
  return decompose(matrix, rows, columns, job: "N", left: &none, right: &nothing)
}

/// The singular values; with the job `S` the vectors too, which with `N` are not touched.
///
/// Row by row A is Aᵀ column by column: Aᵀ = rightᵀ · diag(values) · leftᵀ.
private func decompose(
  _ matrix: [Double], _ rows: Int, _ columns: Int, job: String, left: inout [Double],
  right: inout [Double]
) -> [Double]? {
  precondition(rows > 0 && columns > 0 && matrix.count == rows * columns, "no such matrix")
  let lapack = LAPACK.shared
  var a = matrix
  var values = [Double](repeating: 0, count: min(rows, columns))
  var integers = [Int32](repeating: 0, count: 8 * values.count)
  let (m, n, kept) = (Int32(columns), Int32(rows), Int32(values.count))
  var info = Int32(0)
  func decompose(_ work: inout [Double], size: Int32) {
    unsafe lapack.dgesdd(
      job, [m], [n], &a, [m], &values, &right, [m], &left, [kept], &work, [size], &integers,
      &info, 1)
  }
  var work = [0.0]
  decompose(&work, size: -1)  // It says how much room it wants.
  guard (1...Double(Int32.max)).contains(work[0]) else { return nil }
  work = [Double](repeating: 0, count: Int(work[0]))
  decompose(&work, size: Int32(work.count))
  return info == 0 && values.allSatisfy(\.isFinite) ? values : nil
}
