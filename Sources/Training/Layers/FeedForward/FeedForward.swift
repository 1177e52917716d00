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

  /// What `backward` needs of the last `forward` beside x, and uses up.
  package struct Memory: Sendable {
    var gate = Linear<Scalar>.Memory()
    var up = Linear<Scalar>.Memory()
    var down = Linear<Scalar>.Memory()
    /// [T, inner], or both in `ups` [T, 2·inner].
    var gates = Matrix<Scalar>(rows: 0, columns: 0)
    var ups = Matrix<Scalar>(rows: 0, columns: 0)

    package init() {}
  }

  /// y [T, width], overwritten, of x [T, width].
  func forward(
    _ x: Matrix<Scalar>, into y: inout Matrix<Scalar>, _ memory: inout Memory,
    _ passage: inout Passage<Scalar>
  ) {
    up.forward(x, into: &memory.ups, &memory.up, passage.pass)
    gate?.forward(x, into: &memory.gates, &memory.gate, passage.pass)
    var activated = passage.scratch.take(x.rows, down.inputs)
    activate(memory, into: &activated, passage.pass)
    down.forward(activated, into: &y, &memory.down, passage.pass)
    passage.scratch.give(activated)
  }

  /// Leaves in the memory what `forward` leaves there, without y; `room` is overwritten.
  func remember(
    _ x: Matrix<Scalar>, room: inout Matrix<Scalar>, _ memory: inout Memory,
    _ passage: inout Passage<Scalar>
  ) {
    up.forward(x, into: &memory.ups, &memory.up, passage.pass)
    gate?.forward(x, into: &memory.gates, &memory.gate, passage.pass)
    guard down.remembers else { return }
    var activated = passage.scratch.take(x.rows, down.inputs)
    activate(memory, into: &activated, passage.pass)
    down.remember(activated, room: &room, &memory.down, passage.pass)
    passage.scratch.give(activated)
  }

  /// What `down` reads [T, inner].
  func activate(_ memory: Memory, into y: inout Matrix<Scalar>, _ pass: Pass) {
    switch form {
    case .plain:
      Kernels.activate(
        activation, memory.ups.elements, into: &y.elements, count: y.count,
        workers: pass.workers)
    case .gated:
      activateGated(
        activation, gate: memory.gates.elements, up: memory.ups.elements, into: &y.elements,
        count: y.count, workers: pass.workers)
    case .gatedJoined:
      activateGated(
        activation, both: memory.ups.elements, into: &y.elements, rows: y.rows,
        columns: y.columns, workers: pass.workers)
    }
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
