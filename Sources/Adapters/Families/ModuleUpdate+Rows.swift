import Tensors

extension ModuleUpdate {
  /// The update of some of the module's rows, in this order.
  ///
  /// - Throws: `AdapterError.tensor` for lengths of DoRA that lie along the inputs.
  func selecting(_ order: [Int], file: String) throws(AdapterError) -> ModuleUpdate {
    let count = pair.up.shape.dimensions.first ?? 0
    guard order != Array(0..<count) else { return self }
    if let magnitude, magnitude.shape.dimensions.first != count {
      throw .tensor(
        file: file, name: name,
        problem: "has DoRA's lengths along the inputs, \(magnitude.shape), over rows that are "
          + "several modules elsewhere; merge it with the tool that wrote it")
    }
    return ModuleUpdate(
      module: module, kind: kind,
      pair: LowRankPair(
        down: pair.down, up: pair.up.selectingRows(order), scaling: pair.scaling),
      rank: rank, upBias: upBias?.selectingRows(order),
      magnitude: magnitude?.selectingRows(order), tensorNames: tensorNames,
      statedModules: statedModules)
  }
}
