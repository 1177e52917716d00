import Kernels
import Tables

extension TableNetwork {
  /// Undoes `scaling` in the last layer, so that the outputs are in the targets' own unit: W = d∘W',
  /// b = d∘b' + mean.
  ///
  /// The last layer must have a bias; a network made from scratch has one.
  package mutating func undo(_ scaling: TargetScaling) {
    guard let last = modules.last else { return }
    withLinear(named: last) { linear in
      precondition(linear.outputs == scaling.mean.count, "measured on other targets")
      let (weight, inputs) = (linear.weight.values, linear.inputs)
      linear.weight.setValues(
        weight.indices.map { Scalar(Double(weight[$0]) * scaling.deviation[$0 / inputs]) })
      guard let bias = linear.bias?.values else { preconditionFailure("no bias to move") }
      linear.bias?.setValues(
        bias.indices.map { Scalar(Double(bias[$0]) * scaling.deviation[$0] + scaling.mean[$0]) })
    }
  }
}
