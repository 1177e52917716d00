import Kernels
import Testing

@Suite struct NormTests {
  private static let kinds: [Norm<Double>.Kind] = [
    .rootMeanSquare, .rootMeanSquareOfOnePlus, .layer,
  ]

  /// Rows, heads, and numbers of a head.
  private static let shapes = [(0, 1, 4), (1, 1, 1), (3, 1, 15), (5, 2, 64), (70, 3, 33)]

  /// A head's norm as `Norms.h` defines it.
  private func naive<Scalar: DenseScalar>(
    _ norm: Norm<Scalar>, _ x: [Scalar]
  ) -> (y: [Scalar], mean: Scalar, inverse: Scalar) {
    let count = Double(x.count)
    let mean = norm.kind == .layer ? naiveRowSum(x.map { Double($0) }) / count : 0
    let squares = naiveRowSum(x.map { (Double($0) - mean) * (Double($0) - mean) })
    let inverse = Scalar(1 / (squares / count + norm.epsilon).squareRoot())
    let y = x.indices.map { index in
      let n = (x[index] - Scalar(mean)) * inverse
      guard var weight = norm.weight?[index] else { return n }
      if norm.kind == .rootMeanSquareOfOnePlus { weight = 1 + weight }
      return norm.bias.map { $0[index].addingProduct(n, weight) } ?? n * weight
    }
    return (y, Scalar(mean), inverse)
  }

  private func norm<Scalar: DenseScalar>(
    _ kind: Norm<Double>.Kind, _ columns: Int, plain: Bool, as: Scalar.Type
  ) -> Norm<Scalar> {
    let kinds: [Norm<Double>.Kind: Norm<Scalar>.Kind] = [
      .rootMeanSquare: .rootMeanSquare, .rootMeanSquareOfOnePlus: .rootMeanSquareOfOnePlus,
    ]
    return Norm(
      kinds[kind] ?? .layer, epsilon: 1e-5,
      weight: plain ? nil : denseNumbers(columns, seed: 8, corners: false),
      bias: plain || kind != .layer ? nil : denseNumbers(columns, seed: 9, corners: false))
  }

  @Test(arguments: kinds, shapes)
  func `every instruction set gives the bits of the naive twin`(
    kind: Norm<Double>.Kind, shape: (rows: Int, heads: Int, columns: Int)
  ) {
    for plain in [false, true] {
      check(norm(kind, shape.columns, plain: plain, as: Float.self), shape)
      check(norm(kind, shape.columns, plain: plain, as: Double.self), shape)
    }
  }

  private func check<Scalar: DenseScalar>(
    _ norm: Norm<Scalar>, _ shape: (rows: Int, heads: Int, columns: Int)
  ) {
    let (rows, heads, columns) = shape
    let place = HeadPlace(
      heads: heads, dimension: columns, first: 2, headPitch: columns + 1,
      pitch: heads * (columns + 1) + 3)
    let x: [Scalar] = denseNumbers(rows * place.pitch, seed: rows, corners: false)
    for instructions in InstructionSet.available {
      var (y, memory) = (
        [Scalar](repeating: 0, count: rows * heads * columns), Norm<Scalar>.Memory()
      )
      norm.forward(x, at: place, into: &y, &memory, rows: rows, using: instructions)
      for head in 0..<rows * heads {
        let start = head / heads * place.pitch + 2 + head % heads * (columns + 1)
        let twin = naive(norm, Array(x[start..<start + columns]))
        #expect(Array(y[head * columns..<(head + 1) * columns]) == twin.y)
        #expect(memory.inverses[head] == twin.inverse)
        if norm.kind == .layer { #expect(memory.means[head] == twin.mean) }
      }
    }
  }

  @Test(arguments: kinds, [1, 2, 3, 5, 16])
  func `neither threads nor instruction sets change a gradient`(
    kind: Norm<Double>.Kind, threads: Int
  ) {
    let (rows, columns) = (300, 700)
    let norm = norm(kind, columns, plain: false, as: Float.self)
    let (x, dy): ([Float], [Float]) = (
      denseNumbers(rows * columns, seed: 1, corners: false),
      denseNumbers(rows * columns, seed: 2, corners: false)
    )
    let place = HeadPlace(columns: columns)
    func gradient(_ workers: Workers, _ instructions: InstructionSet) -> [Float] {
      var (y, memory, dx) = (x, Norm<Float>.Memory(), x)
      norm.forward(
        x, at: place, into: &y, &memory, rows: rows, workers: workers, using: instructions)
      norm.backward(
        dy, x: x, at: place, memory, into: &dx, adds: true, rows: rows, workers: workers,
        using: instructions)
      return y + dx
    }
    let one = gradient(.one, .portable)
    for instructions in InstructionSet.available {
      #expect(gradient(Workers(count: threads), instructions) == one)
    }
  }

  @Test(arguments: kinds, [false, true])
  func `a gradient is the slope`(kind: Norm<Double>.Kind, plain: Bool) {
    let (rows, heads, columns) = (3, 2, 7)
    let base = norm(kind, columns, plain: plain, as: Double.self)
    let place = HeadPlace(heads: heads, dimension: columns)
    let count = rows * heads * columns
    let (x, dy): ([Double], [Double]) = (
      denseNumbers(count, seed: 3, corners: false), denseNumbers(count, seed: 4, corners: false)
    )
    func loss(_ norm: Norm<Double>, _ x: [Double]) -> Double {
      var (y, memory) = (x, Norm<Double>.Memory())
      norm.forward(x, at: place, into: &y, &memory, rows: rows)
      return zip(y, dy).reduce(0) { $0 + $1.0 * $1.1 }
    }
    var (y, memory, dx) = (x, Norm<Double>.Memory(), x)
    base.forward(x, at: place, into: &y, &memory, rows: rows)
    base.backward(dy, x: x, at: place, memory, into: &dx, rows: rows)
    expectSlopes(dx, of: { loss(base, $0) }, at: x)
    guard let weight = base.weight else { return }
    var sum = BlockSum<Double>(columns: columns)
    var biases: BlockSum<Double>? = BlockSum(columns: columns)
    base.addGradients(dy, x: x, at: place, memory, rows: rows, weight: &sum, bias: &biases)
    var dWeight = weight
    sum.total(into: &dWeight)
    expectSlopes(
      dWeight,
      of: {
        var norm = base
        norm.weight = $0
        return loss(norm, x)
      }, at: weight)
    guard let bias = base.bias else { return }
    var dBias = bias
    biases?.total(into: &dBias)
    expectSlopes(
      dBias,
      of: {
        var norm = base
        norm.bias = $0
        return loss(norm, x)
      }, at: bias)
  }

  @Test func `the gradients of weights are sums over the step's rows, however they come`() {
    let (rows, heads, columns) = (150, 3, 5)
    let norm = norm(.layer, columns, plain: false, as: Float.self)
    let place = HeadPlace(heads: heads, dimension: columns)
    let x: [Float] = denseNumbers(rows * heads * columns, seed: 5, corners: false)
    let dy: [Float] = denseNumbers(rows * heads * columns, seed: 6, corners: false)
    func sums(_ portions: [Int]) -> [Float] {
      var (weight, first) = (BlockSum<Float>(columns: columns), 0)
      var bias: BlockSum<Float>? = BlockSum(columns: columns)
      for rows in portions {
        let range = first * heads * columns..<(first + rows) * heads * columns
        var (y, memory) = (Array(x[range]), Norm<Float>.Memory())
        norm.forward(Array(x[range]), at: place, into: &y, &memory, rows: rows)
        norm.addGradients(
          Array(dy[range]), x: Array(x[range]), at: place, memory, rows: rows, weight: &weight,
          bias: &bias)
        first += rows
      }
      var totals = [[Float](repeating: 0, count: columns), [Float](repeating: 0, count: columns)]
      weight.total(into: &totals[0])
      bias?.total(into: &totals[1])
      return totals[0] + totals[1]
    }
    #expect(sums([150]) == sums([1, 70, 9, 70]))
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `what is not finite makes its row NaN and no other`(number: Float) {
    for kind in Self.kinds {
      let norm = norm(kind, 4, plain: true, as: Float.self)
      var (y, memory) = ([Float](repeating: 0, count: 8), Norm<Float>.Memory())
      norm.forward(
        [1, number, 2, 3, 1, 2, 3, 4], at: HeadPlace(columns: 4), into: &y, &memory, rows: 2)
      #expect(y[..<4].allSatisfy { $0.isNaN } && y[4...].allSatisfy { $0.isFinite })
    }
  }
}
