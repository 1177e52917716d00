/// IA³: every output, or every input, times its own factor.
///
///     W'[o, i, …] = W[o, i, …] · (1 + w·v[o])     or v[i]
///
/// The factor is in f64, rounded once to what is computed in, and so is the product.
///
/// Sources: <https://arxiv.org/abs/2205.05638>,
/// <https://github.com/KohakuBlueleaf/LyCORIS/blob/main/lycoris/modules/ia3.py>
struct ChannelFactors: Sendable {
  /// 1 + w·v.
  let factors: [Double]
  let axis: MagnitudeStage.Axis
}

/// `ChannelFactors` on a weight.
struct FactorMap: WeightMap {
  private let stage: ChannelFactors
  private let place: WeightStage.Place

  init(_ stage: ChannelFactors, on place: WeightStage.Place) {
    (self.stage, self.place) = (stage, place)
  }

  func values<Value: SumScalar>(_ elements: Range<Int>, of source: RawSpan) -> [Value] {
    var values: [Value] = place.sum.values(elements, of: source, as: place.format)
    for index in values.indices {
      let channel = stage.axis.index(
        of: elements.lowerBound + index, columns: place.size.columns)
      values[index] *= Value(stage.factors[channel])
    }
    return values
  }
}
