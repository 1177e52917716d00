import Kernels
import Tensors

/// A merge as other tools compute it, one operation after the other, each rounded: the naive twin of
/// `MergeArithmetic`.
struct OtherTool: Sendable {
  /// What the weights are held in; nil for f32.
  var held = FloatFormat.f32
  /// What factors, product and scaled delta are rounded to; nil for f32.
  var factors: FloatFormat?
  var product: FloatFormat?
  var delta: FloatFormat?
  /// Whether the user's weight is multiplied before the scaling.
  var splitsScale = false
  /// Whether sums over the rank run backwards, without fused steps.
  var isBackwards = true
  /// Whether the rounded merged weight less the base, times the user's weight, is added.
  var isTaskArithmetic = false

  /// One adapter's part.
  struct Part {
    /// [rank, columns].
    var down: Tensor
    /// [rows, rank].
    var up: Tensor
    var scaling: Double
    var weight = 1.0
  }

  /// The merged weight [rows, columns], one part added after the other.
  func merged(_ base: Tensor, _ parts: [Part], as result: FloatFormat) -> Tensor {
    var values = Self.rounded(base.floats ?? [], to: held)
    let before = values
    for part in parts {
      let deltas = delta(of: part)
      values = Self.rounded(zip(values, deltas).map { $0 + $1 }, to: held)
    }
    if isTaskArithmetic {
      let weight = Self.rounded([Float(parts[0].weight)], to: held)[0]
      let task = Self.rounded(zip(values, before).map { $0 - $1 }, to: held)
      let weighted = Self.rounded(task.map { $0 * weight }, to: held)
      values = Self.rounded(zip(before, weighted).map { $0 + $1 }, to: held)
    }
    return Tensor(values, shape: base.shape).converted(to: result)
  }

  /// s·w·B·A.
  func delta(of part: Part) -> [Float] {
    let (rank, columns, rows) = (part.down.shape[0], part.down.shape[1], part.up.shape[0])
    let down = Self.rounded(part.down.floats ?? [], to: factors ?? .f32)
    let up = Self.rounded(part.up.floats ?? [], to: factors ?? .f32)
    var values = [Float](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum: Float = 0
        for step in 0..<rank {
          let r = isBackwards ? rank - 1 - step : step
          sum += up[row * rank + r] * down[r * columns + column]
        }
        values[row * columns + column] = sum
      }
    }
    values = Self.rounded(values, to: product ?? .f32)
    let weight = isTaskArithmetic ? 1 : part.weight
    if splitsScale {
      values = Self.rounded(values.map { $0 * Float(weight) }, to: product ?? .f32)
      values = values.map { $0 * Float(part.scaling) }
    } else {
      values = values.map { $0 * Float(part.scaling * weight) }
    }
    return Self.rounded(values, to: delta ?? .f32)
  }

  static func rounded(_ values: [Float], to format: FloatFormat) -> [Float] {
    format == .f32
      ? values : FloatCoding.floats(of: FloatCoding.encode(values, as: format), as: format)
  }
}
