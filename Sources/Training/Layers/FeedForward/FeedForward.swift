import Kernels
import Models
import Tensors

/// y = down(f(up(x))), or with a gate y = down(f(gate(x))∘up(x)).
///
/// Shapes: x [T, width], up and gate [T, inner], y [T, width].
package struct FeedForward<Scalar: DenseScalar>: Sendable {
  package enum Form: Sendable {
    case plain, gated
    /// `up` makes the gate's outputs, then up's.
    case gatedJoined
  }

  package internal(set) var gate: Linear<Scalar>?
  package internal(set) var up: Linear<Scalar>
  package internal(set) var down: Linear<Scalar>
  let form: Form
  let activation: Activation

  /// What `backward` needs of the last `forward`.
  package struct Memory: Sendable {
    var gate = Linear<Scalar>.Memory()
    var up = Linear<Scalar>.Memory()
    var down = Linear<Scalar>.Memory()
    /// [T, inner].
    var activated = Matrix<Scalar>(rows: 0, columns: 0)

    package init() {}

    /// y [T, width].
    package var y: Matrix<Scalar> { down.output }
  }

  func forward(_ x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass) {
    up.forward(x, &memory.up, pass)
    let u = memory.up.output
    memory.activated.reshape(rows: x.rows, columns: down.inputs)
    let count = memory.activated.count
    switch form {
    case .plain:
      activate(
        activation, u.elements, into: &memory.activated.elements, count: count,
        workers: pass.workers)
    case .gated:
      gate?.forward(x, &memory.gate, pass)
      activateGated(
        activation, gate: memory.gate.output.elements, up: u.elements,
        into: &memory.activated.elements, count: count, workers: pass.workers)
    case .gatedJoined:
      activateGated(
        activation, both: u.elements, into: &memory.activated.elements, rows: x.rows,
        columns: down.inputs, workers: pass.workers)
    }
    down.forward(memory.activated, &memory.down, pass)
  }

  /// Calls `body` with this network in place, which an optional chain can reach too.
  mutating func apply<Result>(_ body: (inout FeedForward) throws -> Result) rethrows -> Result {
    try body(&self)
  }

  /// Calls `body` with every linear layer.
  mutating func withLinears(_ body: (inout Linear<Scalar>) throws -> Void) rethrows {
    try gate?.apply(body)
    try body(&up)
    try body(&down)
  }
}
