import Kernels
import Tables
import Tensors

/// What the trainer needs of a network: outputs, the gradients of what is trained, and the parameters.
///
/// A batch is whatever the network reads: rows of a table here, a run of tokens for a decoder. What a
/// backward needs of its forward lies in a memory that the caller owns, so that threads can share one
/// network, each with a memory of its own.
package protocol Network<Scalar, Batch>: Sendable {
  associatedtype Scalar: DenseScalar
  associatedtype Batch: TrainingBatch<Scalar>
  /// What `backward` needs of the last `outputs`.
  associatedtype Memory: Sendable

  func makeMemory() -> Memory

  /// y [B, out]; keeps in `memory` what `backward` needs.
  func outputs(_ batch: Batch, _ memory: inout Memory, _ pass: Pass) -> Matrix<Scalar>

  /// Takes in the gradient of every trained parameter, of a loss whose gradient is `dy` [B, out].
  ///
  /// `batch`, `memory` and `pass` are those of the last `outputs`; `dy` is used up.
  mutating func backward(
    _ dy: inout Matrix<Scalar>, _ batch: Batch, _ memory: inout Memory, _ pass: Pass)

  /// Calls `body` with each trained parameter, always in the same order.
  mutating func withTrained(_ body: (inout Parameter<Scalar>) throws -> Void) rethrows
}

/// Some rows, and what they should come out as.
package protocol TrainingBatch<Scalar>: Sendable {
  associatedtype Scalar: DenseScalar

  var rows: Int { get }
  var targets: Targets<Scalar> { get }

  /// The rows in portions of at most `count`, as far as rows that belong together allow.
  func portions(of count: Int) -> [Range<Int>]

  /// Makes this batch some rows of another, in the memory that it has.
  mutating func take(_ rows: Range<Int>, of other: Self)
}

extension TrainingBatch {
  package func portions(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: rows, by: max(1, count)).map { $0..<min(rows, $0 + count) }
  }
}

extension Network {
  /// Completes the gradients when the step's last rows are in.
  package mutating func finishGradients() { withTrained { $0.finishGradient() } }

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
