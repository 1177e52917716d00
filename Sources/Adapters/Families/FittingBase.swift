import Tensors

/// Says in one sentence that an adapter and a base do not go together, where their names tell.
///
/// Else every module would be reported that finds no counterpart.
struct FittingBase {
  let adapter: Adapter
  let base: PartedBase

  /// Refuses an adapter of another model than the base's, and one with parts that the base lacks.
  func check() throws(AdapterError) {
    try checkFamily()
    try checkParts()
  }

  private func checkFamily() throws(AdapterError) {
    let modules = adapter.changedModules.filter {
      ImageAdapter.part(of: $0) == .denoiser
    }
    let own = UNetVersion(adapter).narrowed(ImageAdapter.families(of: modules))
    guard !own.isEmpty, !base.families.isEmpty,
      Set(own.map(\.name)).isDisjoint(with: base.families.map(\.name))
    else { return }
    throw Self.mismatch(adapter.file, own, base.families)
  }

  static func mismatch(
    _ file: String, _ own: [ModelFamily], _ base: [ModelFamily]
  ) -> AdapterError {
    .mismatch(
      file: file,
      problem: "is an adapter of \(names(own)), and the base is \(names(base)); name the base that "
        + "it was trained on")
  }

  private static func names(_ families: [ModelFamily]) -> String {
    families.map(\.name).joined(separator: " or ")
  }

  private func checkParts() throws(AdapterError) {
    let parts = adapter.parts
    let held = base.parts.compactMap(\.part)
    guard held.count == base.parts.count else {
      guard parts.count > 1 else { return }
      throw .mismatch(
        file: adapter.file,
        problem: "has \(Self.list(Array(parts.keys))), and the base is a text encoder alone; "
          + "say with --part which one it is")
    }
    let missing = parts.keys.filter { !held.contains($0) }
    guard let first = missing.first, let own = parts.keys.first(where: held.contains) else {
      return
    }
    throw .mismatch(
      file: adapter.file,
      problem:
        "has \(Self.list(Array(parts.keys))), and the base has no \(Self.list(Array(missing))); "
        + "give --part \(own.word) to merge that alone, and merge the rest into its own file with "
        + "--part \(first.word)")
  }

  private static func list(_ parts: [ModelPart]) -> String {
    parts.map(\.displayName).joined(separator: ", ")
  }
}
