import CKernels

extension Attention {
  /// The gradient of `forward`, into matrices of the places that q, k and v have.
  ///
  /// - Parameters:
  ///   - dout: [rows of q, heads · dimension].
  ///   - forward: q, k, v, the output and the log-sums of forward.
  ///   - places: As in forward.
  ///   - documents: As in forward; no two may share a row.
  ///   - dq: Overwritten in the rows of the documents.
  ///   - dk: Overwritten in the rows of the documents.
  ///   - dv: Overwritten in the rows of the documents.
  ///   - workers: The threads, which do not change a bit.
  ///   - instructions: What computes it; one of `InstructionSet.available`.
  @specialized(where Scalar == Float)
  package func backward<Scalar: DenseScalar>(
    _ dout: [Scalar], _ forward: AttentionValues<Scalar>, _ places: Places,
    _ documents: [AttentionDocument], dq: inout [Scalar], dk: inout [Scalar], dv: inout [Scalar],
    workers: Workers = .one, using instructions: InstructionSet = .best
  ) {
    check(places, documents, (dq.count, dk.count, dv.count))
    unsafe dq.withUnsafeMutableBufferPointer { dq in
      unsafe dk.withUnsafeMutableBufferPointer { dk in
        unsafe dv.withUnsafeMutableBufferPointer { dv in
          guard let dq = dq.baseAddress, let dk = dk.baseAddress, let dv = dv.baseAddress
          else { return }
          unsafe differentiate(
            dout, forward, places, documents, (dq, dk, dv), workers, instructions)
        }
      }
    }
  }

  /// The same into one matrix, `joined` as q, k and v are.
  @specialized(where Scalar == Float)
  package func backward<Scalar: DenseScalar>(
    _ dout: [Scalar], _ forward: AttentionValues<Scalar>, _ places: Places,
    _ documents: [AttentionDocument], into gradient: inout [Scalar],
    workers: Workers = .one, using instructions: InstructionSet = .best
  ) {
    check(places, documents, (gradient.count, gradient.count, gradient.count))
    unsafe gradient.withUnsafeMutableBufferPointer { gradient in
      guard let start = gradient.baseAddress else { return }
      unsafe differentiate(
        dout, forward, places, documents, (start, start, start), workers, instructions)
    }
  }
}

/// What forward read and made.
package struct AttentionValues<Scalar: DenseScalar>: Sendable {
  package let q: [Scalar]
  package let k: [Scalar]
  package let v: [Scalar]
  package let out: [Scalar]
  package let logSums: [Scalar]

  package init(q: [Scalar], k: [Scalar], v: [Scalar], out: [Scalar], logSums: [Scalar]) {
    (self.q, self.k, self.v, self.out, self.logSums) = (q, k, v, out, logSums)
  }
}

extension Attention {
  private func differentiate<Scalar: DenseScalar>(
    _ dout: [Scalar], _ forward: AttentionValues<Scalar>, _ places: Places,
    _ documents: [AttentionDocument], _ gradients: AttentionPass<Scalar>.Gradients,
    _ workers: Workers, _ instructions: InstructionSet
  ) {
    check(places, documents, (forward.q.count, forward.k.count, forward.v.count))
    let rows = documents.reduce(0) { max($0, $1.queries.upperBound) }
    precondition(
      dout.count >= rows * heads * dimension && forward.out.count >= rows * heads * dimension
        && forward.logSums.count >= rows * heads, "the output has too few rows")
    forward.withMatrices { values in
      unsafe dout.withUnsafeBufferPointer { dout in
        guard let dout = dout.baseAddress, let values else { return }
        let pass = unsafe AttentionPass(
          attention: self, places: places, documents: documents, values: values, dout: dout,
          gradients: gradients, instructions: instructions)
        pass.clear()
        pass.run(workers)
      }
    }
  }
}

extension AttentionValues {
  fileprivate func withMatrices(_ body: (AttentionMatrices<Scalar>?) -> Void) {
    unsafe q.withUnsafeBufferPointer { q in
      unsafe k.withUnsafeBufferPointer { k in
        unsafe v.withUnsafeBufferPointer { v in
          unsafe out.withUnsafeBufferPointer { out in
            unsafe logSums.withUnsafeBufferPointer { logSums in
              guard let q = q.baseAddress, let out = out.baseAddress,
                let logSums = logSums.baseAddress
              else { return body(nil) }
              // Backward reads what forward wrote.
              unsafe body(
                AttentionMatrices(
                  q: q, k: k.baseAddress ?? q, v: v.baseAddress ?? q,
                  out: UnsafeMutablePointer(mutating: out),
                  logSums: UnsafeMutablePointer(mutating: logSums)))
            }
          }
        }
      }
    }
  }
}
