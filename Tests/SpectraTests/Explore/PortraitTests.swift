import Adapters
import Kernels
import Spectra
import Tensors
import Testing
import TestSupport

@Suite struct TutorialMatrixTests {
  @Test func `the matrix is the one that numpy draws`() throws {
    let stored = try StoredTensors("spectrum/tutorial-256/matrix.safetensors")
    let (name, expected) = try #require(stored.tensors.first)
    let got = TutorialMatrix.matrix.values.map { Double($0) }
    // Sums of eight products, in another order than numpy's, rounded to f32.
    let complaint = Tolerance(absolute: 1e-12, relative: 1.2e-7).complaint(got, expected.values)
    #expect(complaint == nil, "\(name): \(complaint ?? "")")
  }

  /// The tutorial prints other figures than its code gives; these are the true ones.
  @Test(arguments: [(1, "18.7"), (2, "34.7"), (4, "61.2"), (8, "99.998")])
  func `its first ranks keep what the tutorial's code gives`(_ rank: Int, _ percent: String) throws
  {
    let energy = try TutorialMatrix.matrix.spectrum().cumulativeEnergy[rank - 1]
    let places = percent.split(separator: ".")[1].count
    let scale = places == 1 ? 10.0 : 1000
    #expect((100 * energy * scale).rounded() / scale == Double(percent))
  }
}

@Suite struct BlockGridTests {
  @Test(arguments: [(1, 5), (7, 3), (256, 256), (1000, 96), (11008, 128)])
  func `cells follow each other without gap, none of them empty`(_ count: Int, _ limit: Int) {
    let grid = BlockGrid(count: count, limit: limit)
    #expect(grid.cells == min(count, limit))
    #expect(grid.start(0) == 0 && grid.start(grid.cells) == count)
    #expect((0..<grid.cells).allSatisfy { grid.start($0) < grid.start($0 + 1) })
  }
}

@Suite struct PortraitTests {
  private static func random(_ rows: Int, _ columns: Int, seed: UInt64) -> DenseMatrix {
    var generator = Generator(seed: seed)
    return DenseMatrix(
      rows: rows, columns: columns,
      values: (0..<rows * columns).map { _ in Float(generator.normal()) })
  }

  /// The block means of `matrix`, taken cell by cell.
  private func means(_ matrix: [Double], _ portrait: MatrixPortrait) -> [Double] {
    let (rows, columns) = (portrait.rowGrid, portrait.columnGrid)
    return (0..<rows.cells).flatMap { row in
      (0..<columns.cells).map { column in
        var (sum, count) = (0.0, 0.0)
        for i in rows.start(row)..<rows.start(row + 1) {
          for j in columns.start(column)..<columns.start(column + 1) {
            sum += matrix[i * columns.count + j]
            count += 1
          }
        }
        return sum / count
      }
    }
  }

  /// What the page draws at a rank: Σ_{j<rank} left[j]ᵀ · right[j].
  private func drawn(_ portrait: MatrixPortrait, rank: Int) -> [Double] {
    let (rows, columns) = (portrait.rowGrid.cells, portrait.columnGrid.cells)
    var map = [Double](repeating: 0, count: rows * columns)
    for j in 0..<rank {
      for row in 0..<rows {
        for column in 0..<columns {
          map[row * columns + column] +=
            portrait.left[j * rows + row] * portrait.right[j * columns + column]
        }
      }
    }
    return map
  }

  /// Σ_{j<rank} σ_j u_j v_jᵀ in full.
  private func truncated(_ matrix: DenseMatrix, rank: Int) throws -> [Double] {
    let triples = try matrix.decomposed().truncated(to: rank)
    var full = [Double](repeating: 0, count: matrix.rows * matrix.columns)
    for j in 0..<triples.count {
      for i in 0..<matrix.rows {
        for k in 0..<matrix.columns {
          full[i * matrix.columns + k] +=
            triples.values[j] * triples.left[j * matrix.rows + i]
            * triples.right[j * matrix.columns + k]
        }
      }
    }
    return full
  }

  @Test(arguments: [(13, 29, 5), (40, 40, 40), (31, 17, 8), (6, 50, 100)])
  func `a portrait draws the block means of each approximation, and of the whole`(
    _ rows: Int, _ columns: Int, _ cells: Int
  ) throws {
    let matrix = Self.random(rows, columns, seed: 5)
    let portrait = try SpectrumDepth.all.portrait(
      of: matrix, named: "m", .init(cells: cells, rank: 4), workers: .one)
    let near = Tolerance(absolute: 1e-10)
    for rank in 1...4 {
      let expected = means(try truncated(matrix, rank: rank), portrait)
      #expect(near.complaint(drawn(portrait, rank: rank), expected) == nil, "rank \(rank)")
    }
    let whole = zip(drawn(portrait, rank: 4), portrait.rest).map { $0 + $1 }
    #expect(near.complaint(whole, means(matrix.values.map { Double($0) }, portrait)) == nil)
  }

  @Test func `with every rank drawn nothing is left`() throws {
    let matrix = Self.random(9, 14, seed: 6)
    let portrait = try SpectrumDepth.all.portrait(
      of: matrix, named: "m", .init(cells: 7, rank: 64), workers: .one)
    #expect(portrait.rank == 9 && portrait.rest.isEmpty)
    let expected = means(matrix.values.map { Double($0) }, portrait)
    #expect(Tolerance(absolute: 1e-10).complaint(drawn(portrait, rank: 9), expected) == nil)
  }

  @Test(arguments: [SpectrumDepth.all, .leading(8)])
  func `a portrait's numbers are those of the spectrum, bit for bit`(
    _ depth: SpectrumDepth
  ) throws {
    // Large enough for a sketch, with strong directions that it finds at once.
    var generator = Generator(seed: 9)
    let (rows, columns) = depth == .all ? (30, 40) : (1030, 1040)
    let factors = [rows, columns].map { side in
      (0..<side * 8).map { _ in generator.normal() }
    }
    let product = ThinProduct(
      rank: 8, rows: rows, columns: columns, left: factors[0], right: factors[1])
    let matrix = DenseMatrix(product, workers: .one)
    let portrait = try depth.portrait(
      of: matrix, named: "m", .init(cells: 16, rank: 8), workers: .one)
    #expect(try portrait.spectrum == depth.spectrum(of: matrix, workers: .one))
  }

  @Test func `an adapter's portraits have its spectra and draw its deltas`() throws {
    let adapter = try AdapterFile.open(Fixtures.path("merge/llama-bf16-all-linear/adapter"))
    let spectra = try adapter.spectra(threads: 1)
    let portraits = try adapter.portraits(
      spectra, of: { _ in true }, .init(cells: 16, rank: 64))
    #expect(portraits.map(\.name) == adapter.updates.map(\.module))
    for (portrait, update) in zip(portraits, adapter.updates) {
      let delta = try update.delta(of: adapter.file)
      let full = DenseMatrix(delta, workers: .one).values.map { Double($0) }
      let got = drawn(portrait, rank: portrait.rank)
      #expect(
        Tolerance(absolute: 1e-6).complaint(got, means(full, portrait)) == nil, "\(portrait.name)")
    }
  }
}
