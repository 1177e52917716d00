import CKernels
import Synchronization

/// One backward pass of an attention over its tasks.
///
/// Several tasks add to the same rows of dk and dv: those of one key head, in ascending order of their
/// queries. Each takes the blocks of keys in ascending order, and a block only when the task before
/// it is through with that block; so the order of every sum is the same on any number of threads. Tasks
/// begin in ascending order, so that the one that is waited for has begun.
@safe struct AttentionPass<Scalar: DenseScalar> {
  typealias Gradients = (
    dq: UnsafeMutablePointer<Scalar>, dk: UnsafeMutablePointer<Scalar>,
    dv: UnsafeMutablePointer<Scalar>
  )

  let attention: Attention
  let places: Attention.Places
  let documents: [AttentionDocument]
  let values: AttentionMatrices<Scalar>
  let dout: UnsafePointer<Scalar>
  let gradients: Gradients
  let instructions: InstructionSet

  /// dk and dv = 0 in the rows of the documents.
  func clear() {
    for document in documents {
      for row in document.keys {
        unsafe clear(row, of: gradients.dk, places.k)
        unsafe clear(row, of: gradients.dv, places.v)
      }
    }
  }

  private func clear(_ row: Int, of matrix: UnsafeMutablePointer<Scalar>, _ place: HeadPlace) {
    for head in 0..<place.heads {
      let start = row * place.pitch + place.first + head * place.headPitch
      unsafe (matrix + start).update(repeating: 0, count: place.dimension)
    }
  }

  func run(_ workers: Workers) {
    let tasks = attention.tasks(documents)
    /// The first block of keys that each task is not through with.
    let reached = Mutex([Int](repeating: 0, count: tasks.count))
    workers.run(tasks.count) { index in
      let task = tasks[index]
      let isFirst = task.part.first_tile == 0
      run(task) { block in
        guard !isFirst else { return }
        while reached.withLock({ $0[index - attention.keyHeads] }) <= block { Parallel.yield() }
      } through: { block in
        reached.withLock { $0[index] = block + 1 }
      }
      reached.withLock { $0[index] = .max }
    }
  }

  private func run(_ task: AttentionTask, wait: (Int) -> Void, through: (Int) -> Void) {
    let kernels = Scalar.transformerKernels
    let document = documents[task.document]
    var (kernel, part) = (attention.kernel, task.part)
    var rows = unsafe values.rows(attention, places, document)
    var gradients = unsafe self.gradients(of: document)
    let space = unsafe kernels.attentionSpace(instructions.code, &kernel, part.tiles)
    unsafe ProductSpace.lend(space, of: Scalar.self) { space in
      let space = unsafe space.assumingMemoryBound(to: Scalar.self)
      unsafe kernels.beginBackward(instructions.code, &kernel, &rows, &gradients, &part, space)
      for block in blocks(of: task) {
        wait(block)
        unsafe kernels.attendBackward(
          instructions.code, &kernel, &rows, &gradients, &part, block, space)
        through(block)
      }
      unsafe kernels.endBackward(instructions.code, &kernel, &rows, &gradients, &part, space)
    }
  }

  /// The blocks of keys that queries of a task see.
  private func blocks(of task: AttentionTask) -> Range<Int> {
    let document = documents[task.document]
    let (tile, block) = (Int(LORA_QUERY_TILE), Int(LORA_KEY_BLOCK))
    let first = task.part.first_tile * tile
    let last = min(document.queries.count, first + task.part.tiles * tile) - 1
    let reach = attention.reach
    let lowest = reach.before.map { max(0, document.offset + first - $0) } ?? 0
    let end = min(
      document.keys.count, reach.after.map { document.offset + last + $0 + 1 } ?? .max)
    return lowest < end ? lowest / block..<(end + block - 1) / block : 0..<0
  }

  private func gradients(of document: AttentionDocument) -> LoraAttentionGradients {
    let (query, key) = (document.queries.lowerBound, document.keys.lowerBound)
    return unsafe LoraAttentionGradients(
      dout: dout + query * attention.heads * attention.dimension,
      dq: gradients.dq + query * places.q.pitch, dk: gradients.dk + key * places.k.pitch,
      dv: gradients.dv + key * places.v.pitch)
  }
}
