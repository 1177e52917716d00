import Tensors

extension FamilyConversion {
  /// Why an adapter has no names of `program`: the first module that no family knows, or the families
  /// that its modules are mixed of.
  static func refusal(_ adapter: Adapter, for program: String) -> AdapterError {
    let known = adapter.updates.map { update in
      (update, families: ImageAdapter.families(knowing: ModuleReference(update.module)))
    }
    guard let unknown = known.first(where: { $0.families.isEmpty }) else {
      let names = Set(known.compactMap { $0.families.first?.name }).sorted()
      return .mismatch(
        file: adapter.file,
        problem:
          "has modules of \(names.joined(separator: " and of ")), which no model has at once; "
          + "fetch the adapter again")
    }
    return .tensor(
      file: adapter.file, name: unknown.0.name,
      problem:
        "is of no image or video model that is known here, so what \(program) calls its module "
        + "is not known; convert it with the tool that wrote it, or convert it to peft")
  }
}
