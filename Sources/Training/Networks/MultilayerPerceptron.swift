import Kernels
import Tensors

/// Linear layers one after the other, and a function between each two.
package struct MultilayerPerceptron<Scalar: DenseScalar>: TableNetwork {
  package internal(set) var layers: [DenseLayer<Scalar>]

  /// A network of `layers`, the first of which reads the input; each must fit the one before.
  package init(layers: [Linear<Scalar>], activation: Activation) {
    precondition(!layers.isEmpty, "a network has a layer")
    for (one, next) in zip(layers, layers.dropFirst()) {
      precondition(one.outputs == next.inputs, "\(next.module) does not fit \(one.module)")
    }
    self.layers = layers.enumerated().map { index, linear in
      DenseLayer(linear: linear, activation: index + 1 < layers.count ? activation : nil)
    }
  }

  package var widths: [Int] { [layers[0].linear.inputs] + layers.map(\.linear.outputs) }
  package var activation: Activation? { layers[0].activation }

  package struct Memory: Sendable {
    fileprivate var layers: [DenseLayer<Scalar>.Memory]
    fileprivate var flow = GradientFlow<Scalar>()
  }

  package func makeMemory() -> Memory {
    Memory(layers: Array(repeating: DenseLayer.Memory(), count: layers.count))
  }

  package func outputs(
    _ batch: TableBatch<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    precondition(batch.features.columns == inputs, "the network reads \(inputs) features")
    var x = batch.features
    for index in layers.indices {
      layers[index].forward(x, &memory.layers[index], pass)
      x = memory.layers[index].output
    }
    return x
  }

  package mutating func backward(
    _ dy: inout Matrix<Scalar>, _ batch: TableBatch<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) {
    guard let lowest = layers.firstIndex(where: \.linear.isTrained) else { return }
    swap(&memory.flow.above, &dy)
    for index in (lowest..<layers.count).reversed() {
      let x = index == 0 ? batch.features : memory.layers[index - 1].output
      memory.flow.goesOn = index > lowest
      layers[index].backward(&memory.flow, x: x, &memory.layers[index], pass)
      memory.flow.descend()
    }
    swap(&memory.flow.above, &dy)
  }

  package mutating func withTrained(
    _ body: (inout Parameter<Scalar>) throws -> Void
  ) rethrows {
    for index in layers.indices {
      try layers[index].linear.withTrained(body)
    }
  }
}

extension MultilayerPerceptron {
  package var modules: [String] { layers.map(\.linear.module) }

  package mutating func withLinear<Result>(
    named name: String, _ body: (inout Linear<Scalar>) throws -> Result
  ) rethrows -> Result? {
    guard let index = layers.firstIndex(where: { $0.linear.module == name }) else { return nil }
    return try body(&layers[index].linear)
  }

  package mutating func withTensors(
    _ body: (inout NetworkTensor<Scalar>, Parameter<Scalar>.Role) throws -> Void
  ) rethrows {
    for index in layers.indices { try layers[index].linear.withTensors(body) }
  }
}
