import Adapters
import Kernels
import Tensors

extension ModuleUpdate {
  /// How many matrices the update is: one, or one for each stacked expert.
  package var matrixCount: Int {
    kind.isParameter ? pair.down.shape[0] / max(rank, 1) : 1
  }

  /// s·B·A as the module computes it, `[out, in]`, for one expert where there are several.
  ///
  /// A convolution's delta is the matrix `[out, in·k…]`. How the weight itself lies in the base
  /// (turned, for an embedding or GPT-2's Conv1D) changes no singular value.
  ///
  /// - Parameters:
  ///   - index: Below `matrixCount`.
  ///   - file: The adapter's, for errors.
  /// - Returns: The delta through its factors.
  /// - Throws: `AdapterError.tensor` when the ranks of the two factors differ.
  package func delta(
    _ index: Int = 0, of file: String
  ) throws(AdapterError) -> ThinProduct {
    let (outputs, inner) = Self.matrix(pair.up.shape)
    let (stacked, inputs) = Self.matrix(pair.down.shape)
    guard inner == stacked, stacked == rank * matrixCount, let up = pair.up.doubles,
      let down = pair.down.doubles
    else {
      throw .tensor(
        file: file, name: tensorNames[1],
        problem: "expected \(stacked) columns, the rank of its lora_A, found \(pair.up.shape)")
    }
    var left = [Double](repeating: 0, count: rank * outputs)
    let experts = matrixCount
    for r in 0..<rank {
      let column = r * experts + index
      for row in 0..<outputs { left[r * outputs + row] = pair.scaling * up[row * inner + column] }
    }
    let start = index * rank * inputs
    return ThinProduct(
      rank: rank, rows: outputs, columns: inputs, left: left,
      right: experts == 1 ? down : Array(down[start..<(start + rank * inputs)]))
  }

  /// The first dimension, and all others together.
  static func matrix(_ shape: Shape) -> (rows: Int, columns: Int) {
    (shape[0], shape.dimensions.dropFirst().reduce(1, *))
  }
}
