import Kernels

/// What the trainer needs of a network: a loss, its gradient, and the parameters that are trained.
///
/// A batch is whatever the network reads: rows of a table here, a run of tokens for a decoder.
package protocol Network<Scalar, Batch>: Sendable {
  associatedtype Scalar: DenseScalar
  associatedtype Batch: Sendable

  /// The mean loss over `batch`; keeps what `backward` needs.
  mutating func forward(_ batch: Batch) -> Double

  /// Overwrites the gradient of every trained parameter with that of the last `forward`'s loss.
  mutating func backward(_ batch: Batch)

  /// Calls `body` with each trained parameter, always in the same order.
  mutating func withTrained(_ body: (inout Parameter<Scalar>) throws -> Void) rethrows
}

extension Network {
  /// Names, shapes and values of what is trained, in the order of `withTrained`.
  package var trained: [Parameter<Scalar>] {
    var network = self
    var parameters: [Parameter<Scalar>] = []
    network.withTrained { parameters.append($0) }
    return parameters
  }

  /// Gives every trained parameter the value at its place in `values`.
  package mutating func setTrained(values: [[Scalar]]) {
    var index = 0
    withTrained { parameter in
      precondition(values[index].count == parameter.value.count, "values of another network")
      parameter.value = values[index]
      index += 1
    }
  }
}
