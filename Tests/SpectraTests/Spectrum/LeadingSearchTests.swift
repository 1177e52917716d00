import Kernels
import Spectra
import Testing
import TestSupport

@Suite struct LeadingSearchTests {
  /// A matrix, the rank to search for, and by which method it is to be found.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let rank: Int
    let size: (rows: Int, columns: Int)
    let noise: Double
    let wanted: Int
    let method: LeadingTriples.Method
  }

  static let cases = [
    Case(
      testDescription: "little noise", rank: 6, size: (320, 210), noise: 0.02, wanted: 6,
      method: .sketch),
    Case(
      testDescription: "as much noise as signal", rank: 4, size: (260, 400), noise: 1, wanted: 4,
      method: .sketch),
    Case(
      testDescription: "no noise, a higher rank asked", rank: 3, size: (200, 200), noise: 0,
      wanted: 8,
      method: .sketch),
    Case(
      testDescription: "a rank inside the noise", rank: 4, size: (240, 200), noise: 0.3, wanted: 12,
      method: .lapack),
    Case(
      testDescription: "a small matrix", rank: 4, size: (60, 90), noise: 0.1, wanted: 5,
      method: .lapack),
  ]

  @Test(arguments: cases)
  func `no approximation of the rank is better by more than a ten-thousandth`(
    example: Case
  ) throws {
    let matrix = RandomMatrix(seed: 8)
      .dense(example.rank, example.size.rows, example.size.columns, noise: example.noise)
    let found = try LeadingSearch(rank: example.wanted, workers: Workers(count: 2))
      .run(on: matrix)
    let optimum = try matrix.spectrum().error(rank: example.wanted)
    #expect(found.method == example.method)
    #expect(found.error <= optimum * (1 + 1e-4) + 1e-6)
    #expect(found.leastError <= optimum + 1e-6)
    #expect(found.error <= found.leastError * (1 + 1e-4) + 1e-6)
    let real = RandomMatrix.error(of: found.triples, on: matrix)
    #expect(abs(real - found.error) <= 1e-6)
  }

  @Test(arguments: [0.0, 0.05, 0.5])
  func `leading values are proven, or left out`(_ noise: Double) throws {
    let matrix = RandomMatrix(seed: 12).dense(5, 420, 300, noise: noise)
    let leading = try LeadingSearch(rank: 20, workers: Workers(count: 2)).leading(on: matrix)
    let found = try #require(leading).spectrum
    let all = try matrix.spectrum().values
    #expect((5...20).contains(found.values.count) && !found.isComplete)
    let wanted = Array(all.prefix(found.values.count))
    #expect(
      Tolerance(absolute: 1e-6 * all[0], relative: 1e-5).complaint(found.values, wanted) == nil)
  }

  @Test func `of a flat spectrum nothing is proven`() throws {
    let matrix = RandomMatrix(seed: 13).dense(1, 240, 210, noise: 1e4)
    #expect(try LeadingSearch(rank: 9, workers: .one).leading(on: matrix) == nil)
  }

  @Test func `threads change no bit and the seed decides the rest`() throws {
    let matrix = RandomMatrix(seed: 9).dense(5, 700, 900, noise: 0.1)
    var search = LeadingSearch(rank: 5, workers: .one)
    let first = try search.run(on: matrix)
    #expect(try search.run(on: matrix).triples.values == first.triples.values)
    #expect(
      try LeadingSearch(rank: 5, workers: Workers(count: 3)).run(on: matrix).triples.left
        == first.triples.left)
    search.seed = 1
    #expect(try search.run(on: matrix).triples.left != first.triples.left)
  }

  @Test func `a rank beyond the matrix gives what the matrix has`() throws {
    let matrix = RandomMatrix(seed: 3).dense(4, 12, 9, noise: 0.5)
    let found = try LeadingSearch(rank: 40, workers: .one).run(on: matrix)
    #expect(found.triples.count == 9)
    #expect(found.error < 1e-12)
  }

  @Test func `a matrix of zeros has no error`() throws {
    let matrix = DenseMatrix(
      rows: 300, columns: 300, values: [Float](repeating: 0, count: 90000))
    let found = try LeadingSearch(rank: 4, workers: .one).run(on: matrix)
    #expect(found.error == 0 && found.energy == 0)
  }

  @Test(arguments: [Float.nan, .infinity])
  func `a matrix that is not finite is refused`(value: Float) {
    var values = [Float](repeating: 1, count: 40000)
    values[777] = value
    #expect(throws: NoDecomposition.self) {
      try LeadingSearch(rank: 4, workers: .one)
        .run(on: DenseMatrix(rows: 200, columns: 200, values: values))
    }
  }
}
