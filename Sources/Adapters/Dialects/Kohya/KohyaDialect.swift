import OrderedCollections
import Tensors

/// Reads single files as kohya's and diffusers' trainers write them.
///
/// 1. A and B are PEFT's, under other names (`KohyaName`); those of a linear layer may be stored as
///    1×1 convolutions, `[r, in, 1, 1]` and `[out, r, 1, 1]`.
/// 2. `alpha` is a scalar tensor for each module; scaling is alpha / r. Missing or 0, it is r, unless
///    the header says otherwise (`SavedSettings`).
/// 3. `dora_scale` `[out, 1, …]` is DoRA's magnitude. LyCORIS can also take the lengths along the
///    inputs, `[1, in]`: that has no counterpart here and is refused.
/// 4. Names are resolved when a base is there: `AdapterResolution`.
struct KohyaDialect {
  static func read(
    _ tensors: [(name: String, tensor: Tensor)],
    metadata: OrderedDictionary<String, String> = [:], file: String
  ) throws -> AdapterParts {
    let settings = try SavedSettings(metadata, file: file)
    var table = PairTable(file: file)
    for (name, tensor) in tensors {
      take(NamedTensor(name: name, tensor: tensor), into: &table)
    }
    let updates = table.pairs().compactMap { update($0, settings, in: &table) }
    try table.check()
    return AdapterParts(
      dialect: .kohya,
      configuration: try AdapterConfiguration(describing: updates, file: file),
      updates: updates)
  }

  private static func take(_ tensor: NamedTensor, into table: inout PairTable) {
    guard let name = KohyaName(tensor.name, takesShared: true) else {
      table.refuse(
        tensor.name, TensorKind.refusal(tensor.name, dialect: "kohya's or diffusers' kind"))
      return
    }
    switch name.part {
    case .down: table.place(tensor, at: \.down, of: name.module)
    case .up: table.place(tensor, at: \.up, of: name.module)
    case .alpha: table.place(tensor, at: \.alpha, of: name.module)
    case .magnitude: table.place(tensor, at: \.magnitude, of: name.module)
    case .refused(let reason): table.refuse(tensor.name, reason)
    }
  }

  private static func update(
    _ pair: PairTable.Pair, _ settings: SavedSettings, in table: inout PairTable
  ) -> ModuleUpdate? {
    let (down, up) = (pair.down.tensor, pair.up.tensor)
    guard down.shape.rank >= 2, up.shape.rank >= 2, down.shape[0] > 0 else {
      let bad = up.shape.rank < 2 ? pair.up : pair.down
      table.refuse(bad.name, "expected a matrix, found the shape \(bad.tensor.shape)")
      return nil
    }
    let rank = down.shape[0]
    guard let factor = factor(of: pair, rank: rank, settings, in: &table) else { return nil }
    if let magnitude = pair.magnitude, magnitude.tensor.shape[0] != up.shape[0] {
      table.refuse(
        magnitude.name,
        "expected \(up.shape[0]) magnitudes, one for each output, found "
          + "\(magnitude.tensor.shape); lengths along the inputs (wd_on_output off) have no "
          + "merged form here")
      return nil
    }
    return ModuleUpdate(
      module: pair.module, kind: .weight,
      pair: LowRankPair(down: down, up: up, scaling: factor),
      rank: rank, upBias: nil, magnitude: pair.magnitude?.tensor, tensorNames: pair.tensorNames,
      openQuestions: [pair.module.contains(".") ? .pipelinePart : .underscoredName])
  }

  /// The factor in front of B·A: by the module's `alpha`, or what the header says, or 1.
  private static func factor(
    of pair: PairTable.Pair, rank: Int, _ settings: SavedSettings, in table: inout PairTable
  ) -> Double? {
    guard let alpha = pair.alpha else {
      do throws(AdapterError) {
        return try settings.scaling(of: pair.module, rank: rank) ?? 1
      } catch {
        table.refuse(error)
        return nil
      }
    }
    guard alpha.tensor.shape.elementCount == 1, let value = alpha.tensor.doubles?.first else {
      table.refuse(alpha.name, "expected a single number, found \(alpha.tensor.shape)")
      return nil
    }
    return value == 0 ? 1 : scaling(alpha: value, rank: rank, isRankStabilized: false)
  }
}
