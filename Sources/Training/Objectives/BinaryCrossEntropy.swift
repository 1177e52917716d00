import Kernels
import Tensors

/// Binary cross-entropies of logits z with targets t from 0 to 1, each output by itself.
///
///     loss = max(z, 0) - z·t + ln(1 + exp(-|z|)),  dloss/dz = σ(z) - t
enum BinaryCrossEntropy {
  /// The losses' sum; `gradient`, where there is one, becomes that of the sum divided by `divisor`.
  static func add<Scalar: DenseScalar>(
    _ z: Matrix<Scalar>, _ targets: Matrix<Scalar>, divisor: Double,
    gradient: inout Matrix<Scalar>?, to losses: inout BlockSum<Double>
  ) {
    let (logits, wanted) = (
      z.elements[..<z.count].map { Double($0) }, targets.elements[..<z.count].map { Double($0) }
    )
    let powers = ElementaryFunction.exp(logits.map { -abs($0) })
    let tails = ElementaryFunction.log(powers.map { 1 + $0 })
    let columns = z.columns
    var sums = [Double](repeating: 0, count: z.rows)
    for index in logits.indices {
      let (z, t) = (logits[index], wanted[index])
      sums[index / columns] += max(z, 0) - z * t + tails[index]
    }
    losses.add(sums, rows: z.rows)
    guard gradient != nil else { return }
    let sigmoids = ElementaryFunction.sigmoid(logits)
    gradient = Matrix(
      columns: z.columns,
      elements: logits.indices.map { Scalar((sigmoids[$0] - wanted[$0]) / divisor) })
  }
}
