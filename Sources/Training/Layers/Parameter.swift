import Kernels
import Tensors

/// A tensor of a network, with its gradient when it is trained and without one when it is frozen.
package struct Parameter<Scalar: DenseScalar>: Sendable {
  /// The name in the network's own terms, as in `0.weight` or `0.lora_A.weight`.
  package let name: String
  package let shape: Shape
  /// Empty when the parameter is packed.
  package var value: [Scalar]
  /// What a frozen weight is kept in when it is not kept in full.
  package let packed: PackedWeight<Scalar>?
  /// As many elements as `value`, or none when the parameter is frozen.
  package internal(set) var gradient: [Scalar]
  package let isTrained: Bool
  /// What the learning rate is multiplied by for this parameter.
  package var rateFactor = 1.0

  package init(name: String, shape: Shape, value: [Scalar], isTrained: Bool) {
    precondition(shape.elementCount == value.count, "the values do not fill the shape")
    (self.name, self.shape, self.value, self.isTrained) = (name, shape, value, isTrained)
    packed = nil
    gradient = isTrained ? Array(repeating: 0, count: value.count) : []
  }

  /// A frozen weight that is kept in codes.
  package init(name: String, packed: PackedWeight<Scalar>) {
    (self.name, shape, value, isTrained) = (name, packed.shape, [], false)
    self.packed = packed
    gradient = []
  }

  /// Numbers of the tensor, however they are kept.
  package var count: Int { shape.elementCount }

  /// The same tensor, trained or frozen; what is packed stays frozen.
  package func trained(_ isTrained: Bool) -> Parameter {
    precondition(!isTrained || packed == nil, "codes cannot be trained")
    guard packed == nil else { return self }
    return Parameter(name: name, shape: shape, value: value, isTrained: isTrained)
  }

  /// Takes `gradient`, as long as the value, in place of what a backward left.
  package mutating func setGradient(_ gradient: [Scalar]) {
    precondition(isTrained && gradient.count == value.count)
    self.gradient = gradient
  }

  /// Calls `body` with this parameter in place, which an optional chain can reach too.
  mutating func apply(_ body: (inout Parameter) throws -> Void) rethrows {
    try body(&self)
  }
}
