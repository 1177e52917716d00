import Kernels
import Tensors

extension Weight {
  /// The same numbers under another name.
  package func renamed(_ name: String) -> Weight {
    switch storage {
    case .values(let values): Weight(name: name, shape: shape, values: values)
    case .stored(let matrix): Weight(name: name, stored: matrix)
    }
  }

  /// Wᵀ [columns, rows], in the type that W is stored in; codes have none.
  package var transposed: Weight {
    precondition(shape.rank == 2 && !isCoded, "only a matrix of numbers is transposed")
    switch storage {
    case .values(let values):
      var result = values
      for row in 0..<shape[0] {
        for column in 0..<shape[1] {
          result[column * shape[0] + row] = values[row * shape[1] + column]
        }
      }
      return Weight(name: name, shape: [shape[1], shape[0]], values: result)
    case .stored(let matrix):
      return Weight(name: name, stored: matrix.transposed)
    }
  }

  /// The `index`-th matrix of a stack [count, rows, columns], in the type that it is stored in.
  package func matrix(_ index: Int, rows: Int, columns: Int, named name: String) -> Weight {
    precondition(!isCoded, "codes are not cut")
    let place = index * rows * columns..<(index + 1) * rows * columns
    switch storage {
    case .values(let values):
      return Weight(name: name, shape: [rows, columns], values: Array(values[place]))
    case .stored(let matrix):
      guard case .plain(let format) = matrix.format else { preconditionFailure("codes") }
      let size = format.byteCount
      return Weight(
        name: name,
        stored: StoredMatrix(
          Array(matrix.bytes[place.lowerBound * size..<place.upperBound * size]), in: format,
          rows: rows, columns: columns))
    }
  }
}

extension StoredMatrix {
  /// The transposed matrix of numbers, in the same format.
  fileprivate var transposed: StoredMatrix {
    guard case .plain(let format) = format else { preconditionFailure("codes lie as they are") }
    let size = format.byteCount
    var result = [UInt8](repeating: 0, count: bytes.count)
    let (from, height, width) = (bytes.span, rows, columns)
    var to = result.mutableSpan
    for row in 0..<height {
      for column in 0..<width {
        let (source, target) = ((row * width + column) * size, (column * height + row) * size)
        for byte in 0..<size { to[target + byte] = from[source + byte] }
      }
    }
    return StoredMatrix(result, in: format, rows: columns, columns: rows)
  }
}
