import Adapters
import Kernels
import Tensors

/// GLoRA: `W' = W + w·s·(b₁·b₂ + W·a₁·a₂)`, the second product over the inputs alone.
///
/// Products are in what is computed in, each an ascending chain; w·s goes to b₁ and a₂.
///
/// Sources: <https://arxiv.org/abs/2306.07967>,
/// <https://github.com/KohakuBlueleaf/LyCORIS/blob/main/lycoris/modules/glora.py>
struct WeightProducts: WholeChange {
  let factors: GLoRAFactors
  /// The user's.
  let weight: Double

  func changed<Value: SumScalar>(
    _ weight: [Value], _ size: (rows: Int, columns: Int)
  ) -> [Value] {
    let scale = self.weight * factors.scaling
    func values(_ tensor: Tensor, times factor: Double = 1) -> [Value] {
      (tensor.doubles ?? []).map { Value($0 * factor) }
    }
    let added = product(
      values(factors.b1, times: scale), values(factors.b2), size.rows, size.columns,
      inner: factors.b1.shape[1])
    let turned = multiplied(
      weight, values(factors.a1), values(factors.a2, times: scale), size)
    return weight.indices.map { weight[$0] + (added[$0] + turned[$0]) }
  }

  private func product<Value: SumScalar>(
    _ left: [Value], _ right: [Value], _ rows: Int, _ columns: Int, inner: Int
  ) -> [Value] {
    var result = [Value](repeating: 0, count: rows * columns)
    matmulNN(left, right, into: &result, Product(m: rows, n: columns, k: inner))
    return result
  }

  /// `W·a₁·a₂`; of a convolution for each place of the kernel.
  private func multiplied<Value: SumScalar>(
    _ weight: [Value], _ first: [Value], _ second: [Value], _ size: (rows: Int, columns: Int)
  ) -> [Value] {
    let (inputs, rank) = (factors.a1.shape[0], factors.a1.shape[1])
    let kernel = size.columns / inputs
    guard kernel > 1 else {
      let inner = product(weight, first, size.rows, rank, inner: inputs)
      return product(inner, second, size.rows, inputs, inner: rank)
    }
    let (a1, a2) = (
      Self.transposed(first, inputs, rank), Self.transposed(second, rank, inputs)
    )
    return (0..<size.rows).flatMap { row in
      let output = Array(weight[row * size.columns..<(row + 1) * size.columns])
      let inner = product(a1, output, rank, kernel, inner: inputs)
      return product(a2, inner, inputs, kernel, inner: rank)
    }
  }

  private static func transposed<Value>(
    _ values: [Value], _ rows: Int, _ columns: Int
  ) -> [Value] {
    (0..<rows * columns).map { values[$0 % rows * columns + $0 / rows] }
  }
}
