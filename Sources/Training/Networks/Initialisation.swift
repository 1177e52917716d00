import Kernels
import Tensors

extension MultilayerPerceptron {
  /// A network of the given widths, every weight and bias uniform in ±1/√in and trained.
  ///
  /// That is how `torch.nn.Linear` begins, and the modules are named as in `torch.nn.Sequential`
  /// with an activation between each two: `0`, `2`, `4` and on.
  @specialized(where Scalar == Float)
  package init(
    sizes: [Int], activation: Activation, generator: inout Generator
  ) {
    precondition(sizes.count > 1 && sizes.allSatisfy { $0 > 0 }, "a network has two widths")
    var layers: [Linear<Scalar>] = []
    for (index, (inputs, outputs)) in zip(sizes, sizes.dropFirst()).enumerated() {
      let bound = 1 / Double(inputs).squareRoot()
      let module = String(2 * index)
      func drawn(
        _ name: String, _ role: Parameter<Scalar>.Role, _ shape: Shape
      ) -> NetworkTensor<Scalar> {
        let value = (0..<shape.elementCount).map { _ in
          Scalar(generator.uniform(within: bound))
        }
        return .trained(
          Parameter(name: "\(module).\(name)", role: role, shape: shape, value: value))
      }
      let weight = drawn("weight", .whole, [outputs, inputs])
      layers.append(Linear(module: module, weight: weight, bias: drawn("bias", .bias, [outputs])))
    }
    self.init(layers: layers, activation: activation)
  }
}
