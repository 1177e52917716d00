import Adapters
import Kernels
import Tensors

extension ModuleUpdate {
  /// This update with other factors, which have scaling 1 and lie as those here do.
  ///
  /// - Parameter deltas: As many as `matrixCount`, of the sizes that `delta` gives and of one rank.
  /// - Returns: An update in f32, stacked again where it holds experts; magnitude and bias stay, the
  ///   bias with the old scaling multiplied in.
  func replacing(deltas: [ThinProduct]) -> ModuleUpdate {
    precondition(deltas.count == matrixCount, "one delta for each matrix")
    let (new, experts) = (deltas[0].rank, deltas.count)
    let outputs = deltas[0].rows
    var up = [Float](repeating: 0, count: outputs * new * experts)
    for (index, delta) in deltas.enumerated() {
      for r in 0..<new {
        for row in 0..<outputs {
          up[(row * new + r) * experts + index] = Float(delta.left[r * outputs + row])
        }
      }
    }
    var upDimensions = pair.up.shape.dimensions
    upDimensions[1] = new * experts
    let inner = Array(pair.down.shape.dimensions.dropFirst())
    return ModuleUpdate(
      module: module, kind: kind,
      pair: LowRankPair(
        down: Tensor(
          deltas.flatMap { $0.right.map { Float($0) } }, shape: Shape([new * experts] + inner)),
        up: Tensor(up, shape: Shape(upDimensions)), scaling: 1),
      rank: new, upBias: upBias.map { FoldedFactor($0, scale: pair.scaling).tensor },
      magnitude: magnitude, tensorNames: tensorNames, magnitudeAxis: magnitudeAxis)
  }
}

extension ThinProduct {
  /// Triples as a product, half of each singular value on either side.
  init(_ triples: SingularTriples) {
    let roots = triples.values.map { $0.squareRoot() }
    func weighted(_ vectors: [Double], _ length: Int) -> [Double] {
      var result = vectors
      for j in roots.indices {
        for index in j * length..<(j + 1) * length { result[index] *= roots[j] }
      }
      return result
    }
    self.init(
      rank: triples.count, rows: triples.rows, columns: triples.columns,
      left: weighted(triples.left, triples.rows), right: weighted(triples.right, triples.columns))
  }

  /// The Frobenius norm.
  func norm() throws(NoDecomposition) -> Double {
    try singularValues().reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
