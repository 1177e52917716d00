import Containers
import OrderedCollections
import Tensors

/// Gives an adapter of an image or video model the names of another program.
///
/// Every module is of a family that is known, or there is no conversion; no name is guessed.
struct FamilyConversion {
  private let adapter: Adapter
  private let base: PartedBase?
  private let modules: [(update: ModuleUpdate, part: ModelPart, name: ModuleReference)]
  /// Those that know all of the denoiser's modules; empty for text encoders alone.
  private let families: [ModelFamily]

  /// nil for an adapter with a module of no known family.
  init?(_ adapter: Adapter, base: PartedBase?) {
    (self.adapter, self.base) = (adapter, base)
    modules = adapter.updates.map { update in
      let name = ModuleReference(update.module)
      let isEncoder = name.part == nil && Self.encoderRun(name) != nil
      return (update, name.part ?? (isEncoder ? .firstEncoder : .denoiser), name)
    }
    let denoiser = modules.filter { $0.part == .denoiser }.map(\.name)
    families =
      denoiser.isEmpty
      ? []
      : ModelFamily.all.filter { family in
        denoiser.allSatisfy { family.run(of: $0.name, isUnderscored: $0.isUnderscored) != nil }
      }
    let hasEncoders = modules.allSatisfy {
      $0.part == .denoiser || Self.encoderRun($0.name) != nil
    }
    guard !modules.isEmpty, hasEncoders, denoiser.isEmpty == families.isEmpty else { return nil }
  }

  private static func encoderRun(_ name: ModuleReference) -> ModuleRun? {
    for family in [ModelFamily.clipText, .t5Text] {
      if let run = family.run(of: name.name, isUnderscored: name.isUnderscored) { return run }
    }
    return nil
  }

  /// The adapter with names of `naming`, its fused matrices cut and its single ones joined as that asks.
  ///
  /// - Throws: `ErrorList` for an adapter of which several families are possible that differ there, for
  ///   parts that the program has no names for, and for rows that are not there.
  func renamed(to naming: FamilyNaming) throws(ErrorList) -> Adapter {
    var result = adapter
    guard !families.isEmpty else {
      result.updates = try updates(of: nil, naming)
      return result
    }
    let candidates = try narrowed()
    var found: [(family: ModelFamily, updates: [ModuleUpdate])] = []
    for family in candidates { found.append((family, try updates(of: family, naming))) }
    let differing = found.filter { $0.updates.map(\.module) != found[0].updates.map(\.module) }
    guard differing.isEmpty else {
      throw ErrorList([
        AdapterError.mismatch(
          file: adapter.file,
          problem: "its modules can be those of "
            + candidates.map(\.name).joined(separator: " or of ")
            + ", which \(naming.rawValue) spells otherwise; give --base")
      ])
    }
    result.updates = found[0].updates
    return result
  }

  /// The families that the adapter's sizes, and the base, leave.
  private func narrowed() throws(ErrorList) -> [ModelFamily] {
    let own = UNetVersion(adapter).narrowed(families)
    guard let base, !base.families.isEmpty else { return own }
    let names = Set(base.families.map(\.name))
    let common = own.filter { names.contains($0.name) }
    guard common.isEmpty else { return common }
    throw ErrorList([FittingBase.mismatch(adapter.file, own, base.families)])
  }

  private func updates(
    of family: ModelFamily?, _ naming: FamilyNaming
  ) throws(ErrorList) -> [ModuleUpdate] {
    var renaming = FamilyRenaming(file: adapter.file, base: base)
    let parts = OrderedSet(modules.map(\.part))
    guard naming != .peft || parts.count == 1 else {
      throw ErrorList([
        AdapterError.mismatch(
          file: adapter.file,
          problem: "has " + parts.map(\.displayName).joined(separator: ", ")
            + ", and PEFT's folder is of one model; convert it to diffusers instead")
      ])
    }
    for (update, part, name) in modules {
      let run =
        part == .denoiser
        ? family?.run(of: name.name, isUnderscored: name.isUnderscored) : Self.encoderRun(name)
      guard let run else { continue }
      let encoder =
        ModelFamily.clipText.run(of: run.name) == nil ? ModelFamily.t5Text : .clipText
      let table = part == .denoiser ? family.map(naming.table) : encoder.diffusers
      renaming.take(update, run, to: table ?? encoder.diffusers) { name in
        naming.spelled(
          name, in: part, of: family, hasSeveralEncoders: parts.contains(.secondEncoder))
      }
    }
    return try renaming.updates(naming)
  }
}
