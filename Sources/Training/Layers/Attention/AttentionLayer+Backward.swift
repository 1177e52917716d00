import Kernels
import Tensors

extension AttentionLayer {
  /// dx [T, width], overwritten, of dy [T, width]; takes in the gradients of what is trained.
  mutating func backward(
    _ dy: Matrix<Scalar>, x: Matrix<Scalar>, into dx: inout Matrix<Scalar>,
    _ memory: inout Memory, _ passage: inout Passage<Scalar>
  ) {
    let pass = passage.pass
    // y = output(attended)
    var dAttended = passage.scratch.take(x.rows, memory.attended.columns)
    output.backward(dy, x: memory.attended, into: &dAttended, &memory.output, pass)
    var d = attentionGradients(dAttended, memory, &passage)
    passage.scratch.give(dAttended)
    // q and k were turned
    turn(&d, passage.plan, pass)
    if let clip { clear(&d, memory, beyond: clip) }
    normBackward(&d, &memory, &passage)
    // q, k, v = projections of x
    query.backward(d.q, x: x, into: &dx, &memory.query, pass)
    key?.backward(d.k, x: x, addingTo: &dx, &memory.key, pass)
    value?.backward(d.v, x: x, addingTo: &dx, &memory.value, pass)
    passage.scratch.give(d.q, d.k, d.v)
  }

  private func attentionGradients(
    _ dAttended: Matrix<Scalar>, _ memory: Memory, _ passage: inout Passage<Scalar>
  ) -> Projections<Scalar> {
    let (q, k, v) = (
      memory.q.elements, isJoined ? memory.q.elements : memory.k.elements,
      isJoined ? memory.q.elements : memory.v.elements
    )
    let values = AttentionValues(
      q: q, k: k, v: v, out: memory.attended.elements, logSums: memory.logSums)
    let (documents, workers) = (passage.plan.documents, passage.pass.workers)
    var d = Projections<Scalar>()
    d.q = passage.scratch.take(memory.q.rows, memory.q.columns)
    guard !isJoined else {
      attention.backward(
        dAttended.elements, values, places, documents, into: &d.q.elements, workers: workers)
      return d
    }
    d.k = passage.scratch.take(memory.k.rows, memory.k.columns)
    d.v = passage.scratch.take(memory.v.rows, memory.v.columns)
    attention.backward(
      dAttended.elements, values, places, documents, dq: &d.q.elements, dk: &d.k.elements,
      dv: &d.v.elements, workers: workers)
    return d
  }

  private func turn(_ d: inout Projections<Scalar>, _ plan: SequencePlan<Scalar>, _ pass: Pass) {
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
  private func clear(_ d: inout Projections<Scalar>, _ memory: Memory, beyond limit: Double) {
    d.q.clear(where: memory.projected.q, beyond: limit)
    guard !isJoined else { return }
    d.k.clear(where: memory.projected.k, beyond: limit)
    d.v.clear(where: memory.projected.v, beyond: limit)
  }

  // q = norm(q'), k = norm(k')
  private mutating func normBackward(
    _ d: inout Projections<Scalar>, _ memory: inout Memory, _ passage: inout Passage<Scalar>
  ) {
    guard queryNorm != nil, keyNorm != nil else { return }
    let (heads, keyHeads) = (normPlace(attention.heads), normPlace(attention.keyHeads))
    var dq = passage.scratch.take(d.q.rows, d.q.columns)
    var dk = passage.scratch.take(d.k.rows, d.k.columns)
    queryNorm?.backward(
      d.q, x: memory.projected.q, at: heads, into: &dq, adds: false, &memory.queryNorm,
      passage.pass)
    keyNorm?.backward(
      d.k, x: memory.projected.k, at: keyHeads, into: &dk, adds: false, &memory.keyNorm,
      passage.pass)
    swap(&d.q, &dq)
    swap(&d.k, &dk)
    passage.scratch.give(dq, dk)
  }
}
