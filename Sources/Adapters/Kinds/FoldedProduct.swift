import Tensors

/// Products of an adapter's small matrices, worked out once when it is read.
///
/// Sums are in f64, in ascending order of what is summed over, and stay so: what is rounded is rounded
/// when the whole delta is there.
enum FoldedProduct {
  /// `up · down`, of `[m, r]` and `[r, n…]` as `[m, n…]`.
  static func product(_ up: Tensor, _ down: Tensor) -> Tensor {
    let (rows, rank) = (up.shape[0], down.shape[0])
    let columns = down.shape.elementCount / max(rank, 1)
    let (left, right) = (up.doubles ?? [], down.doubles ?? [])
    var result = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for inner in 0..<rank {
        let factor = left[row * rank + inner]
        for column in 0..<columns {
          result[row * columns + column] += factor * right[inner * columns + column]
        }
      }
    }
    return Tensor(result, shape: Shape([rows] + down.shape.dimensions.dropFirst()))
  }

  /// A Tucker core put into the factor beside it: `A[m, i, …] = Σ_n core[m, n, …] · down[n, i]`.
  ///
  /// - Parameters:
  ///   - core: `[r, q, k…]`.
  ///   - down: `[q, in]`, with any number of 1s behind.
  /// - Returns: A `[r, in, k…]`, as of a convolution without a core.
  static func folding(core: Tensor, into down: Tensor) -> Tensor {
    let (rank, inner) = (core.shape[0], core.shape[1])
    let kernel = core.shape.dimensions.dropFirst(2).reduce(1, *)
    let inputs = down.shape[1]
    let (values, right) = (core.doubles ?? [], down.doubles ?? [])
    var result = [Double](repeating: 0, count: rank * inputs * kernel)
    for row in 0..<rank {
      for n in 0..<inner {
        for input in 0..<inputs {
          let factor = right[n * inputs + input]
          for place in 0..<kernel {
            result[(row * inputs + input) * kernel + place] +=
              values[(row * inner + n) * kernel + place] * factor
          }
        }
      }
    }
    return Tensor(result, shape: Shape([rank, inputs] + core.shape.dimensions.dropFirst(2)))
  }
}
