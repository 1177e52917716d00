import Tensors

/// Takes the stacked experts of mlx-lm's switch layers apart, for a base that holds them one by one.
///
/// | mlx-lm                       | the base                                                          |
/// |------------------------------|-------------------------------------------------------------------|
/// | `X.switch_mlp.gate_proj`     | `X.experts.E.gate_proj`, or `X.experts.E.w1`                      |
/// | `X.switch_mlp.down_proj`     | `X.experts.E.down_proj`, or `X.experts.E.w2`                      |
/// | `X.switch_mlp.up_proj`       | `X.experts.E.up_proj`, or `X.experts.E.w3`                        |
///
/// Sources: `sanitize` in <https://github.com/ml-explore/mlx-lm/blob/main/mlx_lm/models/mixtral.py>
/// and `qwen2_moe.py` beside it.
enum ExpertUnstacking {
  private static let mixtralNames = ["gate_proj": "w1", "down_proj": "w2", "up_proj": "w3"]

  /// One plain update for each expert.
  ///
  /// - Throws: `AdapterError.unmatched` when the base has no such experts.
  static func updates(
    of update: ModuleUpdate, in map: NameMap, file: String
  ) throws(AdapterError) -> [ModuleUpdate] {
    let (rank, down) = (update.rank, update.pair.down)
    let experts = down.shape[0] / max(rank, 1)
    let outputs = update.pair.up.shape[0]
    let name = try pattern(of: update, in: map, file: file)
    return (0..<experts).map { expert in
      let a = down.selectingRows(Array((expert * rank)..<((expert + 1) * rank)))
      let b = update.pair.up.rearranged(to: [outputs, rank]) { index in
        index / rank * rank * experts + (index % rank) * experts + expert
      }
      return ModuleUpdate(
        module: name.before + String(expert) + name.after, kind: .weight,
        pair: LowRankPair(down: a, up: b, scaling: update.pair.scaling), rank: rank, upBias: nil,
        magnitude: nil, tensorNames: update.tensorNames)
    }
  }

  private static func pattern(
    of update: ModuleUpdate, in map: NameMap, file: String
  ) throws(AdapterError) -> (before: String, after: String) {
    if let place = update.module.firstRange(of: ".switch_mlp.") {
      let before = update.module[..<place.lowerBound] + ".experts."
      let leaf = String(update.module[place.upperBound...])
      for name in [leaf, mixtralNames[leaf]].compactMap(\.self)
      where map.base(for: before + "0." + name + ".weight") != nil {
        return (String(before), "." + name)
      }
    }
    let wanted = update.module + ".weight"
    throw .unmatched(
      file: file, name: update.name, expected: "\"\(escaped(wanted))\", nor single experts",
      nearest: map.nearest(to: wanted))
  }
}
