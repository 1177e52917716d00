extension Tensor {
  /// The same bytes under another shape of as many elements.
  package func reshaped(to shape: Shape) -> Tensor {
    Tensor(type: type, shape: shape, bytes: bytes)
  }

  /// A matrix `[rows, columns]` as `[columns, rows]`, bytes unchanged; only for whole-byte types.
  package func transposed() -> Tensor {
    precondition(shape.rank == 2, "only a matrix can be transposed")
    let (rows, columns) = (shape[0], shape[1])
    return rearranged(to: [columns, rows]) { index in
      (index % rows) * columns + index / rows
    }
  }

  /// The slices along the first axis in another order: slice `i` of the result is `order[i]` here.
  package func selectingRows(_ order: [Int]) -> Tensor {
    let dimensions = shape.dimensions
    let width = dimensions.dropFirst().reduce(1, *)
    return rearranged(to: Shape([order.count] + dimensions.dropFirst())) { index in
      order[index / width] * width + index % width
    }
  }

  /// A tensor of `shape` whose element `i` is this one's element `source(i)`, bit for bit.
  package func rearranged(to shape: Shape, from source: (Int) -> Int) -> Tensor {
    let size = type.bitCount / 8
    precondition(type.bitCount % 8 == 0, "elements that share a byte cannot be moved")
    var result: [UInt8] = []
    result.reserveCapacity(shape.elementCount * size)
    for index in 0..<shape.elementCount {
      let start = source(index) * size
      result += bytes[start..<(start + size)]
    }
    return Tensor(type: type, shape: shape, bytes: result)
  }
}
