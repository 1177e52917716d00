/// The kinds whose change depends on the weight.
extension KindFormula {
  func multiplied(_ old: [Double], weight w: Double) -> [Double] {
    switch kind {
    case .outputFactors: each { o, i, k in old[o * 72 + i * 9 + k] * (1 + w * self["weight"][o]) }
    case .inputFactors: each { o, i, k in old[o * 72 + i * 9 + k] * (1 + w * self["weight"][i]) }
    case .products: products(old, w)
    case .butterfly: butterfly(old, w)
    default: rotated(old, w)
    }
  }

  private func products(_ old: [Double], _ w: Double) -> [Double] {
    each { o, i, k in
      let added = (0..<rank).reduce(0.0) { sum, r in
        let turned = (0..<8).reduce(0.0) {
          $0 + old[o * 72 + $1 * 9 + k] * self["a1.weight"][$1 * rank + r]
        }
        return sum + self["b1.weight"][o * rank + r] * self["b2.weight"][r * 72 + i * 9 + k]
          + turned * self["a2.weight"][r * 8 + i]
      }
      return old[o * 72 + i * 9 + k] + w * scale * added
    }
  }

  private func rotated(_ old: [Double], _ w: Double) -> [Double] {
    let matrices = rotations(size: 4, w)
    return each { o, i, k in
      let (block, row) = (o / 4, o % 4)
      let sum = (0..<4).reduce(0.0) {
        $0 + matrices[block][$1 * 4 + row] * old[(block * 4 + $1) * 72 + i * 9 + k]
      }
      return kind == .scaledRotation ? sum * self["rescale"][o] : sum
    }
  }

  private func butterfly(_ old: [Double], _ w: Double) -> [Double] {
    let matrices = rotations(size: 6, w)
    var values = old
    for (stage, half) in [3, 6].enumerated() {
      // Row p of the dealt rows is row `source[p]`.
      let source = (0..<12).map { $0 / (2 * half) * 2 * half + $0 % 2 * half + $0 % (2 * half) / 2 }
      var next = values
      for row in 0..<12 {
        for column in 0..<72 {
          next[source[row] * 72 + column] = (0..<6).reduce(0.0) {
            $0 + matrices[stage * 2 + row / 6][row % 6 * 6 + $1]
              * values[source[row / 6 * 6 + $1] * 72 + column]
          }
        }
      }
      values = next
    }
    return values
  }

  /// `I + w·(R − I)` of each block, with R = (I + Q)·(I + Q + Q² + …).
  private func rotations(size: Int, _ w: Double) -> [[Double]] {
    let square = size * size
    let blocks = self["oft_blocks"]
    let all = blocks.indices.map { index in
      let (start, place) = (index / square * square, index % square)
      return blocks[index] - blocks[start + place % size * size + place / size]
    }
    let norm = all.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let shortening =
      switch kind {
      case .shortRotation: 12 * KindCase.limit / (norm + 1e-8)
      case .kohyaRotation: (12 * KindCase.limit + 1e-8) / (norm + 1e-8)
      default: 1.0
      }
    let unit = (0..<square).map { $0 / size == $0 % size ? 1.0 : 0 }
    return stride(from: 0, to: all.count, by: square).map { start in
      let skew = all[start..<start + square].map { $0 * shortening }
      var (power, sum) = (unit, unit)
      for _ in 0..<80 {
        power = product(power, skew, size)
        sum = zip(sum, power).map { $0 + 2 * $1 }
      }
      return zip(unit, sum).map { $0 + w * ($1 - $0) }
    }
  }

  private func product(_ left: [Double], _ right: [Double], _ size: Int) -> [Double] {
    (0..<size * size).map { index in
      (0..<size).reduce(0) {
        $0 + left[index / size * size + $1] * right[$1 * size + index % size]
      }
    }
  }
}
