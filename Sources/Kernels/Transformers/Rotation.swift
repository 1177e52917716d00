import CKernels

/// Rotary position embedding: the tables of its angles, and which numbers make a pair; see `Rotation.h`.
package struct Rotation<Scalar: DenseScalar>: Sendable {
  /// How the numbers of a head pair up.
  package enum Pairs: Sendable, Hashable {
    /// Number p and number p + width / 2, as Llama has it.
    case halves
    /// Number 2p and number 2p + 1, as GPT-J has it.
    case neighbours
  }

  /// Numbers of a head that are turned, from its first on; even.
  package let width: Int
  package let pairs: Pairs
  /// [positions, width / 2].
  package let cosines: [Scalar]
  /// [positions, width / 2].
  package let sines: [Scalar]

  package var positions: Int { width == 0 ? 0 : cosines.count / (width / 2) }

  package init(width: Int, pairs: Pairs, cosines: [Scalar], sines: [Scalar]) {
    precondition(
      width > 0 && width % 2 == 0 && cosines.count == sines.count
        && cosines.count % (width / 2) == 0, "a cosine and a sine for each pair")
    (self.width, self.pairs, self.cosines, self.sines) = (width, pairs, cosines, sines)
  }

  /// Tables of the angles position · frequencies[p], computed in f64 and rounded once, times `scale`.
  package init(
    positions: Int, frequencies: [Double], pairs: Pairs, scale: Double = 1
  ) {
    let angles = (0..<positions).flatMap { position in
      frequencies.map { Double(position) * $0 }
    }
    self.init(
      width: 2 * frequencies.count, pairs: pairs,
      cosines: ElementaryFunction.cos(angles).map { Scalar($0 * scale) },
      sines: ElementaryFunction.sin(angles).map { Scalar($0 * scale) })
  }
}

extension Rotation {
  /// Turns the heads of x that lie at `place`, in place; row t by the angles of `positions[t]`.
  ///
  /// Turning back is the gradient: d holds dy on entry and dx on return.
  @specialized(where Scalar == Float)
  package func rotate(
    _ x: inout [Scalar], at place: HeadPlace, positions: [Int32], turnsBack: Bool = false,
    workers: Workers = .one, using instructions: InstructionSet = .best
  ) {
    let rows = positions.count
    precondition(width <= place.dimension, "the rotation is wider than a head")
    precondition(x.count >= place.count(rows: rows), "x has too few rows")
    precondition(
      positions.allSatisfy { $0 >= 0 && $0 < self.positions }, "a position beyond the tables")
    unsafe x.withUnsafeMutableBufferPointer { x in
      unsafe positions.withUnsafeBufferPointer { positions in
        unsafe withTables { cosines, sines in
          guard let x = x.baseAddress, let positions = positions.baseAddress else { return }
          let placed = place.kernel
          inRows(rows, of: place.heads * place.dimension, workers) { first, count in
            var rotation = unsafe LoraRotation(
              width: width, neighbours: pairs == .neighbours, turns_back: turnsBack,
              cosines: cosines, sines: sines, positions: positions + first)
            unsafe withUnsafePointer(to: placed) { placed in
              unsafe Scalar.transformerKernels.rotate(
                instructions.code, &rotation, x + first * place.pitch, placed, count)
            }
          }
        }
      }
    }
  }

  private func withTables(_ body: (UnsafeRawPointer?, UnsafeRawPointer?) -> Void) {
    unsafe cosines.withUnsafeBytes { cosines in
      unsafe sines.withUnsafeBytes { sines in
        unsafe body(cosines.baseAddress, sines.baseAddress)
      }
    }
  }
}
