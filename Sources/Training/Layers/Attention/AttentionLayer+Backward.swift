import Kernels
import Tensors

extension AttentionLayer {
  /// dx [T, width] of dy [T, width]; takes in the gradients of what is trained.
  mutating func backward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, _ memory: inout Memory,
    _ plan: SequencePlan<Scalar>, _ pass: Pass
  ) -> Matrix<Scalar> {
    // y = output(attended)
    let dAttended = output.inputGradient(dy, x: memory.attended, &memory.output, pass)
    var d = attentionGradients(dAttended, memory, plan, pass)
    // q and k were turned
    turn(&d, plan, pass)
    if let clip { clear(&d, memory, beyond: clip) }
    normBackward(&d, &memory, pass)
    // q, k, v = projections of x
    var dx = query.inputGradient(d.q, x: x, &memory.query, pass)
    if let dKey = key?.apply({ $0.inputGradient(d.k, x: x, &memory.key, pass) }) { dx.add(dKey) }
    if let dValue = value?.apply({ $0.inputGradient(d.v, x: x, &memory.value, pass) }) {
      dx.add(dValue)
    }
    return dx
  }

  /// dq, dk and dv; where they are joined dq is all three.
  private struct Gradients {
    var q: Matrix<Scalar>
    var k = Matrix<Scalar>(rows: 0, columns: 0)
    var v = Matrix<Scalar>(rows: 0, columns: 0)
  }

  private func attentionGradients(
    _ dAttended: Matrix<Scalar>, _ memory: Memory, _ plan: SequencePlan<Scalar>, _ pass: Pass
  ) -> Gradients {
    func zeros(like matrix: Matrix<Scalar>) -> Matrix<Scalar> {
      Matrix(rows: matrix.rows, columns: matrix.columns)
    }
    let (q, k, v) = (
      memory.q.elements, isJoined ? memory.q.elements : memory.k.elements,
      isJoined ? memory.q.elements : memory.v.elements
    )
    let values = AttentionValues(
      q: q, k: k, v: v, out: memory.attended.elements, logSums: memory.logSums)
    var d = Gradients(q: zeros(like: memory.q))
    guard !isJoined else {
      attention.backward(
        dAttended.elements, values, places, plan.documents, into: &d.q.elements,
        workers: pass.workers)
      return d
    }
    (d.k, d.v) = (zeros(like: memory.k), zeros(like: memory.v))
    attention.backward(
      dAttended.elements, values, places, plan.documents, dq: &d.q.elements, dk: &d.k.elements,
      dv: &d.v.elements, workers: pass.workers)
    return d
  }

  private func turn(_ d: inout Gradients, _ plan: SequencePlan<Scalar>, _ pass: Pass) {
    guard let rotation else { return }
    let (tables, places) = (plan.rotations, places)
    tables.rotate(&d.q, at: places.q, by: rotation, turnsBack: true, pass.workers)
    if isJoined {
      tables.rotate(&d.q, at: places.k, by: rotation, turnsBack: true, pass.workers)
    } else {
      tables.rotate(&d.k, at: places.k, by: rotation, turnsBack: true, pass.workers)
    }
  }

  // q = clamp(q'):  dq' = dq within the bounds, else 0
  private func clear(_ d: inout Gradients, _ memory: Memory, beyond limit: Double) {
    d.q.clear(where: memory.query.output, beyond: limit)
    guard !isJoined else { return }
    d.k.clear(where: memory.key.output, beyond: limit)
    d.v.clear(where: memory.value.output, beyond: limit)
  }

  // q = norm(q'), k = norm(k')
  private mutating func normBackward(
    _ d: inout Gradients, _ memory: inout Memory, _ pass: Pass
  ) {
    guard queryNorm != nil, keyNorm != nil else { return }
    let (heads, keyHeads) = (normPlace(attention.heads), normPlace(attention.keyHeads))
    let (dq, dk) = (d.q, d.k)
    queryNorm?.backward(
      dq, x: memory.query.output, at: heads, into: &d.q, adds: false, &memory.queryNorm, pass)
    keyNorm?.backward(
      dk, x: memory.key.output, at: keyHeads, into: &d.k, adds: false, &memory.keyNorm, pass)
  }
}
