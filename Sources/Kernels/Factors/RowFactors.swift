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
  let (m, kept) = (Int32(length), Int32(k))
  var work = workspace(k)
  var info = Int32(0)
  unsafe LAPACK.shared.dorgqr(
    [m], [kept], [kept], &a, [m], tau, &work, [Int32(work.count)], &info)
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
  let (m, n) = (Int32(length), Int32(count))
  var work = workspace(count)
  var info = Int32(0)
  unsafe LAPACK.shared.dgeqrf([m], [n], &a, [m], &tau, &work, [Int32(work.count)], &info)
  return (a, tau)
}

/// Room for blocks of 64 reflectors, the most that LAPACK takes at once.
private func workspace(_ columns: Int) -> [Double] { [Double](repeating: 0, count: 64 * columns) }

/// R of LAPACK's output, transposed.
private func triangle(of a: [Double], count: Int, length: Int) -> [Double] {
  let k = min(count, length)
  var lower = [Double](repeating: 0, count: count * k)
  for row in 0..<count {
    for column in 0...min(row, k - 1) { lower[row * k + column] = a[row * length + column] }
  }
  return lower
}
