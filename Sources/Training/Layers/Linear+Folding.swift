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
    matmulNN(
      branch.up.value, branch.down.value, into: &weight.value,
      Product(m: outputs, n: inputs, k: branch.rank, alpha: branch.scaling, beta: 1))
    var factors = [Scalar](repeating: 1, count: outputs)
    if let magnitude = branch.magnitude {
      for row in 0..<outputs {
        let place = row * inputs..<(row + 1) * inputs
        let norm = Scalar(sumOfSquares(Array(weight.value[place])).squareRoot())
        factors[row] = magnitude.vector.value[row] / norm
        for index in place { weight.value[index] *= factors[row] }
      }
    }
    guard let upBias = branch.upBias else { return }
    var value = bias?.value ?? Array(repeating: 0, count: outputs)
    for row in 0..<outputs {
      value[row] += factors[row] * Scalar(branch.scaling) * upBias.value[row]
    }
    bias = Parameter(
      name: bias?.name ?? module + ".bias", shape: [outputs], value: value,
      isTrained: bias?.isTrained ?? false)
  }
}

extension MultilayerPerceptron {
  /// Takes every branch into its layer; nothing is trained afterwards.
  package mutating func fold() {
    for index in layers.indices { layers[index].linear.fold() }
    setTrained(false)
  }
}
