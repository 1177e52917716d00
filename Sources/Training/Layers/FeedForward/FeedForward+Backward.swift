import Kernels
import Tensors

extension FeedForward {
  /// dx [T, width], overwritten, of dy [T, width]; takes in the gradients of what is trained.
  mutating func backward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, into dx: inout Matrix<Scalar>,
    _ memory: inout Memory, _ passage: inout Passage<Scalar>
  ) {
    let pass = passage.pass
    var activated = passage.scratch.take(x.rows, down.inputs)
    var d = passage.scratch.take(x.rows, down.inputs)
    // y = down(activated)
    activate(memory, into: &activated, pass)
    down.backward(dy, x: activated, into: &d, &memory.down, pass)
    switch form {
    case .plain:
      // activated = f(up)
      activateBackward(
        activation, z: memory.ups.elements, y: activated.elements, &d.elements, count: d.count,
        workers: pass.workers)
      up.backward(d, x: x, into: &dx, &memory.up, pass)
    case .gatedJoined:
      // activated = f(gate)∘up
      activateGatedBackward(
        activation, dy: d.elements, both: &memory.ups.elements, rows: d.rows, columns: d.columns,
        workers: pass.workers)
      up.backward(memory.ups, x: x, into: &dx, &memory.up, pass)
    case .gated:
      activateGatedBackward(
        activation, dy: d.elements, gate: &memory.gates.elements, up: &memory.ups.elements,
        count: d.count, workers: pass.workers)
      up.backward(memory.ups, x: x, into: &dx, &memory.up, pass)
      gate?.backward(memory.gates, x: x, addingTo: &dx, &memory.gate, pass)
    }
    passage.scratch.give(activated, d)
  }
}
