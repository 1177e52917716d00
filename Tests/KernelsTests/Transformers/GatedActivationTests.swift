import Kernels
import Testing

@Suite struct GatedActivationTests {
  @Test(arguments: Activation.allCases, InstructionSet.available)
  func `a gate is the activation times the other half`(
    activation: Activation, instructions: InstructionSet
  ) {
    check(Float.self, activation, instructions)
    check(Double.self, activation, instructions)
  }

  private func check<Scalar: DenseScalar>(
    _: Scalar.Type, _ activation: Activation, _ instructions: InstructionSet
  ) {
    for (rows, columns) in [(1, 1), (3, 17), (2, 64)] {
      let count = rows * columns
      let gate: [Scalar] = denseNumbers(count, seed: count)
      let up: [Scalar] = denseNumbers(count, seed: count + 1)
      let dy: [Scalar] = denseNumbers(count, seed: count + 2, corners: false)
      var (y, activated) = (gate, gate)
      activateGated(activation, gate: gate, up: up, into: &y, count: count, using: instructions)
      activate(activation, gate, into: &activated, count: count, workers: .one)
      #expect(
        y.map(\.pattern) == zip(activated, up).map { ($0 * $1).canonical.pattern })
      var (dGate, dUp) = (gate, up)
      activateGatedBackward(
        activation, dy: dy, gate: &dGate, up: &dUp, count: count, using: instructions)
      var slopes = zip(dy, up).map { $0 * $1 }
      activateBackward(activation, z: gate, y: activated, &slopes, count: count, workers: .one)
      #expect(dGate.map(\.pattern) == slopes.map(\.pattern))
      #expect(dUp.map(\.pattern) == zip(dy, activated).map { ($0 * $1).canonical.pattern })
      checkJoined((gate, up, dy), (y, dGate, dUp), activation, (rows, columns), instructions)
    }
  }

  /// One matrix of both gives what two give.
  private func checkJoined<Scalar: DenseScalar>(
    _ given: (gate: [Scalar], up: [Scalar], dy: [Scalar]),
    _ expected: (y: [Scalar], dGate: [Scalar], dUp: [Scalar]), _ activation: Activation,
    _ shape: (rows: Int, columns: Int), _ instructions: InstructionSet
  ) {
    let (rows, columns) = shape
    func joined(_ a: [Scalar], _ b: [Scalar]) -> [Scalar] {
      (0..<rows).flatMap { row in
        let place = row * columns..<(row + 1) * columns
        return Array(a[place]) + Array(b[place])
      }
    }
    var (both, y) = (joined(given.gate, given.up), given.dy)
    activateGated(
      activation, both: both, into: &y, rows: rows, columns: columns, using: instructions)
    #expect(y.map(\.pattern) == expected.y.map(\.pattern))
    activateGatedBackward(
      activation, dy: given.dy, both: &both, rows: rows, columns: columns, using: instructions)
    #expect(both.map(\.pattern) == joined(expected.dGate, expected.dUp).map(\.pattern))
  }

  @Test(arguments: Activation.allCases)
  func `a gradient is the slope`(activation: Activation) {
    let gate = stride(from: -5.0, to: 5, by: 0.71).map { $0 }
    let count = gate.count
    let up: [Double] = denseNumbers(count, seed: 1, corners: false)
    let dy: [Double] = denseNumbers(count, seed: 2, corners: false)
    func loss(_ gate: [Double], _ up: [Double]) -> Double {
      var y = gate
      activateGated(activation, gate: gate, up: up, into: &y, count: count)
      return zip(y, dy).reduce(0) { $0 + $1.0 * $1.1 }
    }
    var (dGate, dUp) = (gate, up)
    activateGatedBackward(activation, dy: dy, gate: &dGate, up: &dUp, count: count)
    expectSlopes(dGate, of: { loss($0, up) }, at: gate)
    expectSlopes(dUp, of: { loss(gate, $0) }, at: up)
  }

  @Test(arguments: [1, 2, 3, 5, 16])
  func `threads do not change a bit`(threads: Int) {
    let (rows, columns) = (150, 1000)
    let both: [Float] = denseNumbers(2 * rows * columns, seed: 3, corners: false)
    let dy: [Float] = denseNumbers(rows * columns, seed: 4, corners: false)
    func results(_ workers: Workers) -> [Float] {
      var (y, gradient) = (dy, both)
      activateGated(
        .silu, both: both, into: &y, rows: rows, columns: columns, workers: workers)
      activateGatedBackward(
        .silu, dy: dy, both: &gradient, rows: rows, columns: columns, workers: workers)
      return y + gradient
    }
    #expect(results(Workers(count: threads)) == results(.one))
  }
}
