import Tensors

/// One side of a matrix cut into cells of nearly equal length.
///
/// Cell i holds the elements from ⌊i · count / cells⌋ to before ⌊(i + 1) · count / cells⌋, at least
/// one.
package struct BlockGrid: Sendable, Equatable {
  /// Elements of the side.
  package let count: Int
  /// At most `count`.
  package let cells: Int

  /// A side of `count` elements in at most `limit` cells.
  package init(count: Int, limit: Int) {
    (self.count, cells) = (count, min(count, limit))
  }

  /// Where cell `index` begins; for `cells`, where the last one ends.
  package func start(_ index: Int) -> Int { index * count / cells }

  /// The mean of each cell of `vectors`, which lie one a row.
  ///
  /// - Parameter vectors: [rows, count].
  /// - Returns: [rows, cells].
  package func means(of vectors: [Double]) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(vectors.count / max(count, 1) * cells)
    for row in stride(from: 0, to: vectors.count, by: count) {
      for cell in 0..<cells {
        var sum = 0.0
        for index in start(cell)..<start(cell + 1) { sum += vectors[row + index] }
        result.append(sum / Double(start(cell + 1) - start(cell)))
      }
    }
    return result
  }
}

extension DenseMatrix {
  /// The mean of each cell of a grid over the matrix, in f64.
  ///
  /// - Returns: [rows.cells, columns.cells].
  func blockMeans(_ rowGrid: BlockGrid, _ columnGrid: BlockGrid) -> [Double] {
    var means = [Double](repeating: 0, count: rowGrid.cells * columnGrid.cells)
    for cell in 0..<rowGrid.cells {
      let rows = rowGrid.start(cell)..<rowGrid.start(cell + 1)
      for column in 0..<columnGrid.cells {
        let columns = columnGrid.start(column)..<columnGrid.start(column + 1)
        var sum = 0.0
        for row in rows {
          for index in columns { sum += Double(values[row * self.columns + index]) }
        }
        means[cell * columnGrid.cells + column] = sum / Double(rows.count * columns.count)
      }
    }
    return means
  }
}
