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
  /// Every tensor of the network itself, without branches, layer by layer.
  package var state: [Parameter<Scalar>] {
    layers.flatMap { layer in [layer.linear.weight] + (layer.linear.bias.map { [$0] } ?? []) }
  }

  /// The layer `module`.
  package func linear(_ module: String) -> Linear<Scalar>? {
    layers.first { $0.linear.module == module }?.linear
  }

  /// The weights and biases of the network itself.
  package var parameterCount: Int { state.reduce(0) { $0 + $1.count } }

  /// Chooses what is trained in the network itself: all of it, or nothing.
  package mutating func setTrained(_ isTrained: Bool) {
    for index in layers.indices {
      let linear = layers[index].linear
      layers[index].linear.weight = linear.weight.trained(isTrained)
      layers[index].linear.bias = linear.bias?.trained(isTrained)
    }
  }

  /// Chooses whether the bias of `module` is trained; a layer without one stays so.
  package mutating func setBiasTrained(_ isTrained: Bool, of module: String) {
    for index in layers.indices where layers[index].linear.module == module {
      layers[index].linear.bias = layers[index].linear.bias?.trained(isTrained)
    }
  }

  /// Trains weight and bias of `module` too.
  package mutating func trainFully(_ module: String) {
    for index in layers.indices where layers[index].linear.module == module {
      layers[index].linear.weight = layers[index].linear.weight.trained(true)
    }
    setBiasTrained(true, of: module)
  }

  /// Gives the weight of `module` other values; it stays frozen.
  package mutating func setWeight(_ value: [Scalar], of module: String) {
    for index in layers.indices where layers[index].linear.module == module {
      precondition(value.count == layers[index].linear.weight.value.count, "codes stay")
      layers[index].linear.weight.value = value
    }
  }

  /// Gives a parameter of the network itself another value, which is then trained.
  package mutating func replace(_ name: String, with value: [Scalar]) {
    func replaced(_ old: Parameter<Scalar>) -> Parameter<Scalar> {
      Parameter(name: name, shape: old.shape, value: value, isTrained: true)
    }
    for index in layers.indices {
      let linear = layers[index].linear
      if linear.weight.name == name { layers[index].linear.weight = replaced(linear.weight) }
      if let bias = linear.bias, bias.name == name { layers[index].linear.bias = replaced(bias) }
    }
  }

  /// Puts `branch` beside the linear layer `module`, in place of any it has.
  package mutating func attach(_ branch: LowRankBranch<Scalar>, to module: String) {
    guard let index = layers.firstIndex(where: { $0.linear.module == module }) else {
      preconditionFailure("the network has no module \(module)")
    }
    let linear = layers[index].linear
    precondition(branch.down.shape[1] == linear.inputs && branch.up.shape[0] == linear.outputs)
    layers[index].linear.branch = branch
  }
}
