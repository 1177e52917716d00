import CKernels

extension Attention {
  /// out = softmax(scale·q kᵀ) v for each head, each document apart.
  ///
  /// - Parameters:
  ///   - q: The queries' matrix.
  ///   - k: The keys' matrix; may be q's.
  ///   - v: The values' matrix; may be q's.
  ///   - places: Where the heads lie in them; `apart` or `joined` as a rule.
  ///   - documents: Which rows see each other. Rows of the output that no document has stay.
  ///   - out: [rows of q, heads · dimension], overwritten.
  ///   - logSums: [rows of q, heads], overwritten with ln Σ exp(score); what backward needs.
  ///   - workers: The threads, which do not change a bit.
  ///   - instructions: What computes it; one of `InstructionSet.available`.
  @specialized(where Scalar == Float)
  package func forward<Scalar: DenseScalar>(
    q: [Scalar], k: [Scalar], v: [Scalar], _ places: Places, _ documents: [AttentionDocument],
    into out: inout [Scalar], logSums: inout [Scalar], workers: Workers = .one,
    using instructions: InstructionSet = .best
  ) {
    check(places, documents, (q.count, k.count, v.count))
    let rows = documents.reduce(0) { max($0, $1.queries.upperBound) }
    precondition(
      out.count >= rows * heads * dimension && logSums.count >= rows * heads,
      "the output has too few rows")
    unsafe q.withUnsafeBufferPointer { q in
      unsafe k.withUnsafeBufferPointer { k in
        unsafe v.withUnsafeBufferPointer { v in
          unsafe out.withUnsafeMutableBufferPointer { out in
            unsafe logSums.withUnsafeMutableBufferPointer { logSums in
              guard let q = q.baseAddress, let out = out.baseAddress,
                let logSums = logSums.baseAddress
              else { return }
              let whole = unsafe AttentionMatrices(
                q: q, k: k.baseAddress ?? q, v: v.baseAddress ?? q, out: out, logSums: logSums)
              run(whole, places, documents, workers, instructions)
            }
          }
        }
      }
    }
  }

  private func run<Scalar: DenseScalar>(
    _ whole: AttentionMatrices<Scalar>, _ places: Places, _ documents: [AttentionDocument],
    _ workers: Workers, _ instructions: InstructionSet
  ) {
    let kernels = Scalar.transformerKernels
    var kernel = self.kernel
    let tasks = self.tasks(documents)
    unsafe withUnsafePointer(to: &kernel) { kernel in
      workers.run(tasks.count) { index in
        // What is last of a causal text sees most: it begins first.
        let task = tasks[tasks.count - 1 - index]
        var part = task.part
        var rows = unsafe whole.rows(self, places, documents[task.document])
        let space = unsafe kernels.attentionSpace(instructions.code, kernel, part.tiles)
        unsafe ProductSpace.lend(space, of: Scalar.self) { space in
          unsafe kernels.attend(
            instructions.code, kernel, &rows, &part, space.assumingMemoryBound(to: Scalar.self))
        }
      }
    }
  }
}

/// The matrices of an attention, whole.
@safe struct AttentionMatrices<Scalar: DenseScalar> {
  let q: UnsafePointer<Scalar>
  let k: UnsafePointer<Scalar>
  let v: UnsafePointer<Scalar>
  let out: UnsafeMutablePointer<Scalar>
  let logSums: UnsafeMutablePointer<Scalar>

  /// Those of one document.
  func rows(
    _ attention: Attention, _ places: Attention.Places, _ document: AttentionDocument
  ) -> LoraAttentionRows {
    let (query, key) = (document.queries.lowerBound, document.keys.lowerBound)
    return unsafe LoraAttentionRows(
      q: q + query * places.q.pitch, k: k + key * places.k.pitch, v: v + key * places.v.pitch,
      q_place: places.q.kernel, k_place: places.k.kernel, v_place: places.v.kernel,
      queries: document.queries.count, keys: document.keys.count, offset: document.offset,
      out: out + query * attention.heads * attention.dimension,
      log_sums: logSums + query * attention.heads)
  }
}
