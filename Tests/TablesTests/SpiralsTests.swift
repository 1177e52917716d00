import Tables
import Testing

@Suite struct SpiralsTests {
  @Test func `without noise every point lies on its arm`() {
    var spirals = Spirals()
    spirals.noise = 0
    spirals.rotation = 1.2
    let rows = spirals.rows
    #expect(rows.count == 300)
    #expect(rows.map(\.label) == (0..<300).map { $0 / 100 })
    for (index, row) in rows.enumerated() {
      let u = Double(index % 100) / 100
      let radius = (row.x1 * row.x1 + row.x2 * row.x2).squareRoot()
      #expect(abs(radius - u) <= 1e-6)
    }
    // u = 0.5 of class 1: angle 2 + 2π/3 + 1.2
    #expect(rows[150].x1 == 0.27485 && rows[150].x2 == -0.417681)
  }

  @Test func `noise has a tenth of its size as deviation`() {
    var (clean, noisy) = (Spirals(), Spirals())
    (clean.points, noisy.points) = (30_000, 30_000)
    (clean.noise, noisy.noise) = (0, 2)
    let squares = zip(clean.rows, noisy.rows).reduce(0.0) { sum, pair in
      sum + (pair.0.x1 - pair.1.x1) * (pair.0.x1 - pair.1.x1)
    }
    // The deviation of 30,000 normal numbers is within 2 % of its expectation but for 1 in 10⁶.
    #expect(abs((squares / 30_000).squareRoot() - 0.2) < 0.004)
  }

  @Test func `points that do not divide go to the first classes`() {
    var spirals = Spirals()
    spirals.points = 8
    #expect(spirals.rows.map(\.label) == [0, 0, 0, 1, 1, 1, 2, 2])
  }
}
