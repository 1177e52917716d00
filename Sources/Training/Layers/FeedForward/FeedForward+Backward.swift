import Kernels
import Tensors

extension FeedForward {
  /// dx [T, width] of dy [T, width]; takes in the gradients of what is trained.
  mutating func backward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    // y = down(activated)
    var d = down.inputGradient(dy, x: memory.activated, &memory.down, pass)
    var u = memory.up.output
    switch form {
    case .plain:
      // activated = f(up)
      activateBackward(
        activation, z: u.elements, y: memory.activated.elements, &d.elements, count: d.count,
        workers: pass.workers)
      return up.inputGradient(d, x: x, &memory.up, pass)
    case .gatedJoined:
      // activated = f(gate)∘up
      activateGatedBackward(
        activation, dy: d.elements, both: &u.elements, rows: d.rows, columns: d.columns,
        workers: pass.workers)
      return up.inputGradient(u, x: x, &memory.up, pass)
    case .gated:
      var g = memory.gate.output
      activateGatedBackward(
        activation, dy: d.elements, gate: &g.elements, up: &u.elements, count: d.count,
        workers: pass.workers)
      var dx = up.inputGradient(u, x: x, &memory.up, pass)
      if let dGate = gate?.apply({ $0.inputGradient(g, x: x, &memory.gate, pass) }) {
        dx.add(dGate)
      }
      return dx
    }
  }
}
