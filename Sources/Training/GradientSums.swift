import Kernels

extension Network {
  /// sums += factor · gradients, of all trained parameters; `sums` may be empty.
  mutating func addGradients(to sums: inout [[Scalar]], times factor: Double) {
    var index = 0
    withTrained { parameter in
      if index == sums.count {
        sums.append(Array(repeating: 0, count: parameter.gradient.count))
      }
      let gradient = parameter.gradient.span
      var sum = sums[index].mutableSpan
      for element in gradient.indices { sum[element] += Scalar(factor) * gradient[element] }
      index += 1
    }
  }

  /// gradients = factor · sums.
  mutating func setGradients(_ sums: [[Scalar]], times factor: Double) {
    var index = 0
    withTrained { parameter in
      parameter.gradient = sums[index].map { Scalar(factor) * $0 }
      index += 1
    }
  }
}
