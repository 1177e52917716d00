import Kernels
import Tensors

/// A network whose linear layers are found by name, so that adapters go beside them.
package protocol AdaptableNetwork<Scalar, Batch>: Network {
  /// The names of the linear layers, from the input's on.
  var modules: [String] { get }

  /// Calls `body` with the linear layer `name` in place; nil when there is none.
  mutating func withLinear<Result>(
    named name: String, _ body: (inout Linear<Scalar>) throws -> Result
  ) rethrows -> Result?

  /// Calls `body` with every tensor of the network itself, without branches, in its order, and what
  /// the tensor is when it is trained.
  mutating func withTensors(
    _ body: (inout NetworkTensor<Scalar>, Parameter<Scalar>.Role) throws -> Void
  ) rethrows
}

extension AdaptableNetwork {
  /// Every tensor of the network itself, without branches, in its order.
  package var state: [NetworkTensor<Scalar>] {
    var (network, tensors) = (self, [NetworkTensor<Scalar>]())
    network.withTensors { tensor, _ in tensors.append(tensor) }
    return tensors
  }

  /// The numbers of the network itself.
  package var parameterCount: Int { state.reduce(0) { $0 + $1.count } }

  /// The numbers that are trained.
  package var trainedCount: Int { trained.reduce(0) { $0 + $1.value.count } }

  /// The linear layers, from the input's on.
  package var linears: [Linear<Scalar>] { modules.compactMap(linear(named:)) }

  /// The linear layer `name`.
  package func linear(named name: String) -> Linear<Scalar>? {
    var network = self
    return network.withLinear(named: name) { $0 }
  }

  /// Chooses what is trained in the network itself: all of it, or nothing.
  package mutating func setTrained(_ isTrained: Bool) {
    withTensors { tensor, role in tensor.setTrained(isTrained, as: role) }
  }

  /// Chooses whether the bias of `module` is trained; a layer without one stays so.
  package mutating func setBiasTrained(_ isTrained: Bool, of module: String) {
    withLinear(named: module) { $0.bias?.setTrained(isTrained, as: .bias) }
  }

  /// Trains weight and bias of `module` too.
  package mutating func trainFully(_ module: String) {
    withLinear(named: module) { $0.weight.setTrained(true, as: .whole) }
    setBiasTrained(true, of: module)
  }

  /// Gives the weight of `module` other values; it stays frozen.
  package mutating func setWeight(_ values: [Scalar], of module: String) {
    withLinear(named: module) { $0.weight.setValues(values) }
  }

  /// Gives a tensor of the network itself other values, which are then trained.
  package mutating func replace(_ name: String, with values: [Scalar]) {
    withTensors { tensor, role in
      guard tensor.name == name else { return }
      tensor.setValues(values)
      tensor.setTrained(true, as: role)
    }
  }

  /// Puts `branch` beside the linear layer `module`, in place of any it has.
  package mutating func attach(_ branch: LowRankBranch<Scalar>, to module: String) {
    let found: Void? = withLinear(named: module) { linear in
      precondition(
        branch.down.shape[1] == linear.inputs && branch.up.shape[0] == linear.outputs)
      linear.branch = branch
    }
    precondition(found != nil, "the network has no module \(module)")
  }

  /// Takes every branch into its layer; nothing is trained afterwards.
  package mutating func fold() {
    for module in modules { withLinear(named: module) { $0.fold() } }
    setTrained(false)
  }
}
