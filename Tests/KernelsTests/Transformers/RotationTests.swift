import Kernels
import Testing

@Suite struct RotationTests {
  private static let pairs: [Rotation<Double>.Pairs] = [.halves, .neighbours]

  private func rotation<Scalar: DenseScalar>(
    _ pairs: Rotation<Double>.Pairs, width: Int, as: Scalar.Type
  ) -> Rotation<Scalar> {
    Rotation(
      positions: 20, frequencies: (0..<width / 2).map { 1 / Double(1 + 3 * $0) },
      pairs: pairs == .halves ? .halves : .neighbours, scale: 1.25)
  }

  @Test(arguments: pairs, [(2, 2), (6, 9), (32, 32), (34, 64)])
  func `every instruction set turns pairs as defined`(
    pairs: Rotation<Double>.Pairs, size: (width: Int, dimension: Int)
  ) {
    check(rotation(pairs, width: size.width, as: Float.self), size.dimension)
    check(rotation(pairs, width: size.width, as: Double.self), size.dimension)
  }

  private func check<Scalar: DenseScalar>(_ rotation: Rotation<Scalar>, _ dimension: Int) {
    let place = HeadPlace(
      heads: 2, dimension: dimension, first: 1, headPitch: dimension + 2, pitch: 2 * dimension + 9)
    let positions: [Int32] = [0, 3, 3, 19, 1]
    let x: [Scalar] = denseNumbers(5 * place.pitch, seed: dimension, corners: false)
    for turnsBack in [false, true] {
      var twin = x
      for (row, position) in positions.enumerated() {
        for head in 0..<2 {
          for pair in 0..<rotation.width / 2 {
            let start = row * place.pitch + 1 + head * place.headPitch
            let neighbours = rotation.pairs == .neighbours
            let (i, j) = (
              start + (neighbours ? 2 * pair : pair),
              start + (neighbours ? 2 * pair + 1 : pair + rotation.width / 2)
            )
            let angle = Int(position) * rotation.width / 2 + pair
            let (c, sine) = (rotation.cosines[angle], rotation.sines[angle])
            let s = turnsBack ? -sine : sine
            twin[i] = (-(x[j] * s)).addingProduct(x[i], c)
            twin[j] = (x[i] * s).addingProduct(x[j], c)
          }
        }
      }
      for instructions in InstructionSet.available {
        var turned = x
        rotation.rotate(
          &turned, at: place, positions: positions, turnsBack: turnsBack, using: instructions)
        #expect(turned == twin)
      }
    }
  }

  @Test(arguments: pairs)
  func `turning back is the gradient`(pairs: Rotation<Double>.Pairs) {
    let rotation = rotation(pairs, width: 6, as: Double.self)
    let place = HeadPlace(heads: 2, dimension: 8)
    let (x, dy): ([Double], [Double]) = (
      denseNumbers(32, seed: 1, corners: false), denseNumbers(32, seed: 2, corners: false)
    )
    var dx = dy
    rotation.rotate(&dx, at: place, positions: [7, 2], turnsBack: true)
    expectSlopes(
      dx,
      of: {
        var y = $0
        rotation.rotate(&y, at: place, positions: [7, 2])
        return zip(y, dy).reduce(0) { $0 + $1.0 * $1.1 }
      }, at: x)
  }

  @Test(arguments: pairs, [1, 2, 3, 5, 16])
  func `threads do not change a bit`(pairs: Rotation<Double>.Pairs, threads: Int) {
    let rotation = rotation(pairs, width: 64, as: Float.self)
    let place = HeadPlace(heads: 4, dimension: 64)
    let positions = (0..<1500).map { Int32($0 % 20) }
    let x: [Float] = denseNumbers(1500 * 256, seed: 3, corners: false)
    var (one, several) = (x, x)
    rotation.rotate(&one, at: place, positions: positions)
    rotation.rotate(&several, at: place, positions: positions, workers: Workers(count: threads))
    #expect(one == several)
  }

  @Test func `the product of two turned heads depends on their distance alone`() {
    let rotation: Rotation<Double> = self.rotation(.halves, width: 8, as: Double.self)
    let place = HeadPlace(columns: 8)
    let (q, k): ([Double], [Double]) = (
      denseNumbers(8, seed: 4, corners: false), denseNumbers(8, seed: 5, corners: false)
    )
    func product(_ first: Int32, _ second: Int32) -> Double {
      var (a, b) = (q, k)
      rotation.rotate(&a, at: place, positions: [first])
      rotation.rotate(&b, at: place, positions: [second])
      return zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(abs(product(9, 4) - product(15, 10)) < 1e-12)
    #expect(abs(product(9, 4) - product(9, 5)) > 1e-3)
  }
}
