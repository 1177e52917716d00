import Kernels
import Spectra
import Tensors
import Testing
import TestSupport

@Suite struct SpectrumTests {
  /// A stored matrix and what is known of it.
  private struct Expected: Decodable {
    let shape: [Int]
    let singular_values_f64: [Double]
    let ranks: [Int]
    let cumulative_energy: [Double]
  }

  private func stored(_ name: String) throws -> (DenseMatrix, Expected) {
    let expected: Expected = try Fixtures.json("spectrum/\(name)/expected.json")
    let tensors = try StoredTensors("spectrum/\(name)/matrix.safetensors").tensors
    let tensor = try #require(tensors.values.first)
    return (
      DenseMatrix(
        rows: tensor.shape[0], columns: tensor.shape[1], values: tensor.values.map { Float($0) }),
      expected
    )
  }

  @Test(arguments: ["tutorial-256", "wide-24x60"])
  func `all singular values and energies are numpy's`(name: String) throws {
    let (matrix, expected) = try stored(name)
    let spectrum = try matrix.spectrum()
    #expect(
      Tolerance(relative: 1e-10).complaint(spectrum.values, expected.singular_values_f64) == nil)
    let energies = expected.ranks.map { spectrum.cumulativeEnergy[$0 - 1] }
    #expect(Tolerance(absolute: 1e-12).complaint(energies, expected.cumulative_energy) == nil)
  }

  @Test func `the tutorial's table has its true figures`() throws {
    let spectrum = try stored("tutorial-256").0.spectrum()
    let percent = [1, 2, 4, 8].map { (spectrum.cumulativeEnergy[$0 - 1] * 1e6).rounded() / 1e4 }
    #expect(percent == [18.7256, 34.6952, 61.171, 99.9982])
    #expect(spectrum.rank(keeping: 0.9) == 7)
    #expect(spectrum.rank(keeping: 0.99) == 8)
    #expect(spectrum.parameterCount(rank: 8) == 4096)
  }

  @Test func `rank and energy of simple spectra are what they must be`() {
    let even = Spectrum(rows: 9, columns: 5, values: [2, 2, 2, 2])
    #expect(even.stableRank == 4)
    #expect(abs((even.effectiveRank ?? 0) - 4) < 1e-12)
    #expect(even.rank(keeping: 0.5) == 2)
    #expect(even.rank(keeping: 0.51) == 3)
    #expect(abs(even.error(rank: 3) - 0.5) < 1e-15)
    let none = Spectrum(rows: 9, columns: 5, values: [0, 0])
    #expect(none.stableRank == 0 && none.effectiveRank == 0 && none.rank(keeping: 0.9) == 0)
    let partial = Spectrum(rows: 9, columns: 5, values: [3], energy: 18)
    #expect(partial.rank(keeping: 0.5) == 1 && partial.rank(keeping: 0.51) == nil)
    #expect(partial.effectiveRank == nil)
  }

  @Test(arguments: [(4, 30, 20), (6, 5, 40), (9, 40, 7), (1, 1, 1), (12, 8, 8)])
  func `thin factors have the singular values of their product`(
    size: (rank: Int, rows: Int, columns: Int)
  ) throws {
    let product = RandomMatrix(seed: 4).thin(size.rank, size.rows, size.columns)
    let dense = DenseMatrix(product, workers: .one)
    let all = try dense.spectrum().values
    let thin = try product.singularValues()
    #expect(thin.count == min(size.rank, size.rows, size.columns))
    #expect(
      Tolerance(absolute: 1e-5 * all[0]).complaint(thin, Array(all.prefix(thin.count))) == nil)
    let triples = try product.decomposed()
    #expect(Tolerance(absolute: 1e-12 * all[0]).complaint(triples.values, thin) == nil)
    #expect(RandomMatrix.distance(triples, from: product) < 1e-12)
  }

  @Test func `equal factors of opposite sign cancel to rounding`() throws {
    let part = RandomMatrix(seed: 5).thin(3, 20, 30)
    let nothing = ThinProduct(sum: [part, part.scaled(by: -1)])
    #expect(nothing.rank == 6)
    let largest = try part.singularValues()[0]
    #expect(try nothing.singularValues()[0] < 1e-14 * largest)
  }
}
