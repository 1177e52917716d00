import Kernels
import Tensors

extension Linear {
  /// Takes the branch into the weight and the bias, so that `forward` computes the same without it.
  ///
  ///     W += s·B A;  b += s·b'
  ///
  /// and with magnitudes, n[o] = ‖W[o]‖ after that, W[o] = (m/n)[o]·W[o] and b += (m/n)∘s·b'.
  mutating func fold() {
    guard let branch else { return }
    self.branch = nil
    var values = branch.added(to: weight.values, times: 1)
    var factors = [Scalar](repeating: 1, count: outputs)
    if let magnitude = branch.magnitude {
      for row in 0..<outputs {
        let place = row * inputs..<(row + 1) * inputs
        let norm = Scalar(sumOfSquares(Array(values[place])).squareRoot())
        factors[row] = magnitude.vector.value[row] / norm
        for index in place { values[index] *= factors[row] }
      }
    }
    weight.setValues(values)
    guard let offset = branch.offset else { return }
    var sum = bias?.values ?? Array(repeating: 0, count: outputs)
    for row in 0..<outputs { sum[row] += factors[row] * offset[row] }
    if bias == nil {
      bias = .frozen(Weight(name: module + ".bias", shape: [outputs], values: sum))
    } else {
      bias?.setValues(sum)
    }
  }
}

extension LowRankBranch {
  /// W + factor·s·BA [out, in].
  package func added(to weight: [Scalar], times factor: Double) -> [Scalar] {
    var sum = weight
    let s = Scalar(factor * scaling)
    matmulNN(
      up.value.map { s * $0 }, down.value, into: &sum,
      Product(m: up.shape[0], n: down.shape[1], k: rank, accumulates: true))
    return sum
  }
}
