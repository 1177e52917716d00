import Tensors

/// W' of a `KindCase` in f64, element by element.
struct KindFormula {
  let kind: KindCase
  let parts: [String: [Double]]
  let rank = KindCase.rank
  let scale = KindCase.alpha / Double(KindCase.rank)

  init(_ kind: KindCase, _ tensors: [String: Tensor]) {
    self.kind = kind
    parts = tensors.mapValues { $0.doubles ?? [] }
  }

  /// W' of the weight `[12, 8, 3, 3]` for the user's weight `w`.
  func merged(_ old: [Double], weight w: Double) -> [Double] {
    switch kind {
    case .value: return self["set_weight"]
    case .outputLengths, .hadamardLengths, .inputLengths:
      let whole = scaled(zip(old, delta()).map { $0 + $1 })
      return zip(old, whole).map { $0 + w * ($1 - $0) }
    case .outputFactors, .inputFactors, .rotation, .shortRotation, .scaledRotation, .butterfly,
      .kohyaRotation, .products:
      return multiplied(old, weight: w)
    default: return zip(old, delta()).map { $0 + w * $1 }
    }
  }

  subscript(_ part: String) -> [Double] { parts[part] ?? [] }

  /// Every element `[o, i, k]` of the weight.
  func each(_ element: (_ o: Int, _ i: Int, _ k: Int) -> Double) -> [Double] {
    (0..<12).flatMap { o in (0..<8).flatMap { i in (0..<9).map { k in element(o, i, k) } } }
  }

  private func delta() -> [Double] {
    switch kind {
    case .tucker:
      each { o, i, k in
        scale
          * sum { m, n in
            self["lora_mid.weight"][(m * rank + n) * 9 + k] * self["lora_up.weight"][o * rank + m]
              * self["lora_down.weight"][n * 8 + i]
          }
      }
    case .outputLengths, .inputLengths:
      each { o, i, k in
        scale
          * (0..<rank).reduce(0) {
            $0 + self["lora_up.weight"][o * rank + $1]
              * self["lora_down.weight"][($1 * 8 + i) * 9 + k]
          }
      }
    case .hadamard, .hadamardLengths:
      each { o, i, k in scale * product(1, o, i * 9 + k) * product(2, o, i * 9 + k) }
    case .hadamardTucker: each { o, i, k in scale * core(1, o, i, k) * core(2, o, i, k) }
    case .kronecker, .kroneckerPairs, .kroneckerTucker:
      each { o, i, k in
        (kind == .kronecker ? 1 : scale) * first(o / 4, i / 2) * second(o % 4, i % 2, k)
      }
    case .difference: self["diff"]
    default: []
    }
  }

  private func sum(_ term: (Int, Int) -> Double) -> Double {
    (0..<rank).reduce(0) { total, m in (0..<rank).reduce(total) { $0 + term(m, $1) } }
  }

  private func product(_ number: Int, _ row: Int, _ column: Int) -> Double {
    (0..<rank).reduce(0) {
      $0 + self["hada_w\(number)_a"][row * rank + $1]
        * self["hada_w\(number)_b"][$1 * 72 + column]
    }
  }

  private func core(_ number: Int, _ o: Int, _ i: Int, _ k: Int) -> Double {
    sum { m, n in
      self["hada_t\(number)"][(m * rank + n) * 9 + k] * self["hada_w\(number)_a"][m * 12 + o]
        * self["hada_w\(number)_b"][n * 8 + i]
    }
  }

  private func first(_ a: Int, _ c: Int) -> Double {
    guard kind == .kroneckerPairs else { return self["lokr_w1"][a * 4 + c] }
    return (0..<rank).reduce(0) {
      $0 + self["lokr_w1_a"][a * rank + $1] * self["lokr_w1_b"][$1 * 4 + c]
    }
  }

  private func second(_ b: Int, _ d: Int, _ k: Int) -> Double {
    switch kind {
    case .kronecker: self["lokr_w2"][(b * 2 + d) * 9 + k]
    case .kroneckerPairs:
      (0..<rank).reduce(0) {
        $0 + self["lokr_w2_a"][b * rank + $1] * self["lokr_w2_b"][$1 * 18 + d * 9 + k]
      }
    default:
      sum { m, n in
        self["lokr_t2"][(m * rank + n) * 9 + k] * self["lokr_w2_a"][m * 4 + b]
          * self["lokr_w2_b"][n * 2 + d]
      }
    }
  }

  /// Every output, or input, of `values` with the length that was trained for it.
  private func scaled(_ values: [Double]) -> [Double] {
    let index: (Int) -> Int = { kind == .inputLengths ? $0 % 72 / 9 : $0 / 72 }
    var squares = [Double](repeating: 0, count: 12)
    for (place, value) in values.enumerated() { squares[index(place)] += value * value }
    return values.enumerated().map { place, value in
      value * self["dora_scale"][index(place)] / squares[index(place)].squareRoot()
    }
  }
}
