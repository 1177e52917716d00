import OrderedCollections
import Tensors

/// Reads single files as kohya's and diffusers' trainers write them.
///
/// 1. A and B are PEFT's, under other names (`KohyaName`); those of a linear layer may be stored as
///    1×1 convolutions, `[r, in, 1, 1]` and `[out, r, 1, 1]`.
/// 2. `alpha` is a scalar tensor for each module; scaling is alpha / r. Missing or 0, it is r, unless
///    the header says otherwise (`SavedSettings`).
/// 3. `dora_scale` is DoRA's magnitude, `[out, 1, …]`, or along the inputs `[1, in, …]`.
/// 4. Modules of other kinds are the business of `KindTable`.
/// 5. Names are resolved when a base is there: `AdapterResolution`.
struct KohyaDialect {
  static func read(
    _ tensors: [(name: String, tensor: Tensor)],
    metadata: OrderedDictionary<String, String> = [:], file: String
  ) throws -> AdapterParts {
    let settings = try SavedSettings(metadata, file: file)
    var (table, kinds) = sorted(tensors, file: file)
    var updates = table.pairs().compactMap { update($0, settings, in: &table) }
    let others = kinds.contents()
    for error in kinds.errors { table.refuse(error) }
    try table.check(isAll: kinds.isEmpty)
    updates += others.updates
    return AdapterParts(
      dialect: .kohya,
      configuration: try AdapterConfiguration(describing: updates, file: file),
      updates: updates, changes: others.changes)
  }

  /// The tensors of pairs, and those of other kinds with all that their modules have.
  private static func sorted(
    _ tensors: [(name: String, tensor: Tensor)], file: String
  ) -> (PairTable, KindTable) {
    var table = PairTable(file: file)
    var kinds = KindTable(file: file)
    let named = named(tensors)
    let names = named.compactMap(\.1)
    let ofKinds = Set(names.filter { $0.part.kind != nil }.map(\.module))
    let singles = Set(names.filter(\.part.isSingle).map(\.module))
    let pairs = Set(names.filter { $0.part == .down || $0.part == .up }.map(\.module))
    for (tensor, name) in named {
      guard let name else {
        table.refuse(
          tensor.name, TensorKind.refusal(tensor.name, dialect: "kohya's or diffusers' kind"))
        continue
      }
      if ofKinds.contains(name.module) || name.part.isSingle {
        kinds.place(tensor, at: name)
      } else if name.part == .alpha, singles.subtracting(pairs).contains(name.module) {
        kinds.placeIdle(tensor, of: name.module)
      } else if let place = place(of: name.part) {
        table.place(tensor, at: place, of: name.module)
      }
    }
    return (table, kinds)
  }

  /// The tensors with what their names say, where need be beside those of others.
  private static func named(
    _ tensors: [(name: String, tensor: Tensor)]
  ) -> [(NamedTensor, KohyaName?)] {
    let names = tensors.map { KohyaName($0.name, takesShared: true) }
    let scaled = Set(
      names.compactMap { $0?.part == .kind(.onInput) ? $0?.module : nil })
    return zip(tensors, names).map { tensor, name in
      (
        NamedTensor(name: tensor.name, tensor: tensor.tensor),
        name ?? generalName(tensor.name, scaled: scaled)
      )
    }
  }

  /// A `weight` beside an `on_input` is IA³'s, a `scale` a norm's where the module is called one.
  private static func generalName(_ name: String, scaled: Set<String>) -> KohyaName? {
    for part in [KindPart.factors, .scale] where name.hasSuffix("." + part.rawValue) {
      let module = String(name.dropLast(part.rawValue.count + 1))
      guard part == .factors ? scaled.contains(module) : module.hasSuffix("_norm") else { continue }
      return KohyaName(module: module, part: .kind(part))
    }
    return nil
  }

  private static func place(
    of part: KohyaName.Part
  ) -> WritableKeyPath<PairTable.Parts, NamedTensor?>? {
    switch part {
    case .down: \.down
    case .up: \.up
    case .upBias: \.upBias
    case .alpha: \.alpha
    case .magnitude: \.magnitude
    case .kind: nil
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
    let magnitude = pair.magnitude.map { magnitude in
      magnitude.name.hasSuffix(".dora_scale")
        ? ChannelVector(doraScale: magnitude.tensor)
        : ChannelVector(magnitude.tensor, along: .outputs)
    }
    var update = ModuleUpdate(
      module: pair.module, kind: .weight,
      pair: LowRankPair(down: down, up: up, scaling: factor),
      rank: rank, upBias: pair.upBias?.tensor, magnitude: magnitude?.values,
      tensorNames: pair.tensorNames, openQuestions: [.ofName(pair.module)])
    update.magnitudeAxis = magnitude?.axis ?? .outputs
    return update
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
