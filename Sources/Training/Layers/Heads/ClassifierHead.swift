import Kernels
import Models
import Tensors

/// Outputs of whole sequences: z = output(norm(f(dense(pooled)))), or z = output(pooled).
///
/// Shapes: x [T, width], pooled [sequences, width], z [sequences, outputs].
package struct ClassifierHead<Scalar: DenseScalar>: Sendable {
  /// Its dense layer and function; none where the output reads what was pooled.
  package internal(set) var hidden: DenseLayer<Scalar>?
  package internal(set) var norm: NormLayer<Scalar>?
  package internal(set) var output: Linear<Scalar>
  let pooling: ClassifierDesign.Pooling

  /// What `backward` needs of the last `forward`.
  package struct Memory: Sendable {
    var pooled = Matrix<Scalar>(rows: 0, columns: 0)
    var hidden = DenseLayer<Scalar>.Memory()
    var norm = NormLayer<Scalar>.Memory()
    var output = Linear<Scalar>.Memory()

    package init() {}
  }

  func forward(
    _ x: Matrix<Scalar>, lengths: [Int], _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    let pass = pass.seeing(firstRows(lengths))
    pool(x, lengths, &memory.pooled)
    hidden?.forward(memory.pooled, &memory.hidden, pass)
    if hidden != nil { norm?.forward(memory.hidden.output, &memory.norm, pass) }
    output.forward(outputInput(memory), &memory.output, pass)
    return memory.output.output
  }

  /// What the last layer reads.
  func outputInput(_ memory: Memory) -> Matrix<Scalar> {
    guard hidden != nil else { return memory.pooled }
    return norm == nil ? memory.hidden.output : memory.norm.output
  }

  private func pool(_ x: Matrix<Scalar>, _ lengths: [Int], _ pooled: inout Matrix<Scalar>) {
    switch pooling {
    case .first: pooled.take(firstRows(lengths)[...], of: x)
    case .last:
      pooled.take(zip(firstRows(lengths), lengths).map { $0 + $1 - 1 }[...], of: x)
    case .mean: pooled = x.means(of: lengths)
    }
  }

  /// dStates [T, width] of dz [sequences, outputs]; takes in the gradients of what is trained.
  mutating func backward(
    _ dz: Matrix<Scalar>, rows: Int, lengths: [Int], _ memory: inout Memory, _ pass: Pass
  ) -> Matrix<Scalar> {
    // z = output(norm(f(dense(pooled))))
    let pass = pass.seeing(firstRows(lengths))
    var d = output.inputGradient(dz, x: outputInput(memory), &memory.output, pass)
    if hidden != nil {
      if norm != nil {
        let dy = d
        norm?.backward(
          dy, x: memory.hidden.output, into: &d, adds: false, &memory.norm, pass)
      }
      var flow = GradientFlow<Scalar>()
      flow.above = d
      hidden?.backward(&flow, x: memory.pooled, &memory.hidden, pass)
      d = flow.below
    }
    return spread(d, rows, lengths)
  }

  // pooled = a row of x, or the mean of some
  private func spread(_ d: Matrix<Scalar>, _ rows: Int, _ lengths: [Int]) -> Matrix<Scalar> {
    var result = Matrix<Scalar>(rows: rows, columns: d.columns)
    let ones = [Scalar](repeating: 1, count: d.rows)
    switch pooling {
    case .first: result.add(d, times: ones, at: firstRows(lengths))
    case .last:
      result.add(d, times: ones, at: zip(firstRows(lengths), lengths).map { $0 + $1 - 1 })
    case .mean:
      for (index, first) in firstRows(lengths).enumerated() {
        let share = Scalar(1 / Double(lengths[index]))
        let row = d.selecting(index..<index + 1)
        for place in first..<first + lengths[index] {
          result.add(row, times: [share], at: [place])
        }
      }
    }
    return result
  }

  func firstRows(_ lengths: [Int]) -> [Int] {
    var first = 0
    return lengths.map { length in
      defer { first += length }
      return first
    }
  }
}

extension Matrix {
  /// The mean of the rows of each sequence.
  package func means(of lengths: [Int]) -> Matrix {
    var result: [Scalar] = []
    var first = 0
    for length in lengths {
      let part = Array(elements[first * columns..<(first + length) * columns])
      var sum = BlockSum<Scalar>(columns: columns)
      sum.add(part, rows: length)
      var total = [Scalar](repeating: 0, count: columns)
      sum.total(into: &total)
      var mean = Matrix(columns: columns, elements: total)
      mean.scale(by: 1 / Double(length))
      result += mean.elements
      first += length
    }
    return Matrix(columns: columns, elements: result)
  }
}
