import Kernels
import Tensors

/// What one adapter adds to one matrix, as numbers that can be bent to see what else was done.
///
///     delta[m, n] = scale · Σ_r up[m, r] · down[r, n]
struct AdapterTerm: Sendable {
  let rows: Int
  let columns: Int
  let rank: Int
  /// [rows, rank], without the scaling.
  private(set) var up: [Double]
  /// [rank, columns], without the scaling.
  private(set) var down: [Double]
  /// The pair's scaling times the user's weight.
  let scale: Double
  /// The user's weight, which is in `scale` already.
  let weight: Double
  /// Whether the scaling is multiplied into `up`, as it is where the weight lies [out, in].
  private let scalesUp: Bool

  init(_ term: UpdateTerm, weight: Double) {
    rows = term.up.rows
    columns = term.down.columns
    rank = term.rank
    up = term.up.unscaled.doubles()
    down = term.down.unscaled.doubles()
    scale = term.up.scale * term.down.scale
    scalesUp = term.down.scale == 1
    self.weight = weight
  }

  private init(
    transposing other: AdapterTerm
  ) {
    func transposed(_ values: [Double], _ rows: Int, _ columns: Int) -> [Double] {
      var result = [Double](repeating: 0, count: values.count)
      for row in 0..<rows {
        for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
      }
      return result
    }
    (rows, columns, rank) = (other.columns, other.rows, other.rank)
    up = transposed(other.down, other.rank, other.columns)
    down = transposed(other.up, other.rows, other.rank)
    (scale, weight, scalesUp) = (other.scale, other.weight, !other.scalesUp)
  }

  /// The term whose delta is this one's transposed.
  var transposed: AdapterTerm { AdapterTerm(transposing: self) }

  /// The term with its factors rounded to `format`.
  func rounded(to format: FloatFormat) -> AdapterTerm {
    var result = self
    result.up = up.rounded(to: format)
    result.down = down.rounded(to: format)
    return result
  }

  /// The term with nothing outside of some rows.
  func keeping(rows kept: [Range<Int>]) -> AdapterTerm {
    var result = self
    result.up = [Double](repeating: 0, count: up.count)
    for range in kept {
      for index in range.lowerBound * rank..<range.upperBound * rank {
        result.up[index] = up[index]
      }
    }
    return result
  }

  /// The term with nothing outside of some columns.
  func keeping(columns kept: [Range<Int>]) -> AdapterTerm {
    var result = self
    result.down = [Double](repeating: 0, count: down.count)
    for r in 0..<rank {
      for range in kept {
        for column in range {
          result.down[r * columns + column] = down[r * columns + column]
        }
      }
    }
    return result
  }

  /// `up` as a merge packs it, times `factor`.
  func scaledUp(_ factor: Double) -> [Double] {
    let multiplier = scalesUp ? scale * factor : factor
    return multiplier == 1 ? up : up.map { $0 * multiplier }
  }

  /// `down` as a merge packs it.
  var scaledDown: [Double] { scalesUp || scale == 1 ? down : down.map { $0 * scale } }

  /// Whether nothing is added.
  var isIdle: Bool {
    scale == 0 || up.allSatisfy { $0 == 0 } || down.allSatisfy { $0 == 0 }
  }

  /// |scale| · ‖up_m‖ for each row.
  var rowNorms: [Double] {
    (0..<rows).map { row in
      var sum = 0.0
      for index in row * rank..<(row + 1) * rank { sum += up[index] * up[index] }
      return abs(scale) * sum.squareRoot()
    }
  }

  /// ‖down_n‖ for each column.
  var columnNorms: [Double] {
    var sums = [Double](repeating: 0, count: columns)
    for r in 0..<rank {
      for column in 0..<columns {
        let value = down[r * columns + column]
        sums[column] += value * value
      }
    }
    return sums.map { $0.squareRoot() }
  }
}

extension Factor {
  /// The factor without its scaling.
  fileprivate var unscaled: Factor {
    Factor(tensor: tensor, layout: layout, rows: rows, columns: columns, scale: 1)
  }
}

extension [Double] {
  /// Each number rounded once to `format`.
  func rounded(to format: FloatFormat) -> [Double] {
    format == .f64
      ? self : FloatCoding.doubles(of: FloatCoding.encode(self, as: format), as: format)
  }
}
