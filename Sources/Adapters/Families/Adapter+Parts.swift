import OrderedCollections
import Tensors

/// The parts of an image or video model that an adapter changes.
extension Adapter {
  /// Its parts, with how many modules of each, in the order of `ModelPart`; empty when the names tell of
  /// no such model.
  package var parts: OrderedDictionary<ModelPart, Int> {
    ImageAdapter.parts(of: changedModules)
  }

  /// The adapter of one part alone.
  ///
  /// - Parameter wanted: The part.
  /// - Returns: An adapter whose notes say what was left out.
  /// - Throws: `AdapterError.mismatch` when it has no such part.
  package func selecting(_ wanted: ModelPart) throws(AdapterError) -> Adapter {
    let found = parts
    guard found[wanted] != nil else {
      throw .mismatch(
        file: file,
        problem: "has no part \(wanted.word); "
          + (found.isEmpty
            ? "its names tell of no part of an image model: leave --part out"
            : "it has \(found.keys.map(\.word).joined(separator: ", "))"))
    }
    var result = Adapter(
      file: file, dialect: dialect, configuration: configuration,
      updates: updates.filter { ImageAdapter.part(of: $0.module) == wanted },
      changes: changes.filter { ImageAdapter.part(of: $0.module) == wanted },
      replacements: replacements.filter { ImageAdapter.part(of: $0.parameter) == wanted },
      metadata: metadata, fingerprint: fingerprint)
    result.part = wanted
    let left = found.filter { $0.key != wanted }
    guard !left.isEmpty else { return result }
    result.configuration.notes.append(
      "\(wanted.displayName) alone is taken; left out: "
        + left.map { "\($0.value) modules of \($0.key.displayName)" }.joined(separator: ", "))
    return result
  }
}

extension ImageAdapter {
  /// The part that a module is in; what says nothing and is no text encoder's is a denoiser's.
  static func part(of module: String) -> ModelPart {
    let name = ModuleReference(module)
    guard name.part == nil else { return name.part ?? .denoiser }
    let isEncoder = [ModelFamily.clipText, .t5Text].contains {
      $0.run(of: name.name, isUnderscored: name.isUnderscored) != nil
    }
    return isEncoder ? .firstEncoder : .denoiser
  }

  /// The parts of modules of these names; empty when none is known to be of an image model.
  package static func parts(of modules: [String]) -> OrderedDictionary<ModelPart, Int> {
    let isKnown = modules.contains { module in
      ModuleReference(module).part != nil
        || !families(knowing: ModuleReference(module)).isEmpty
    }
    guard isKnown else { return [:] }
    var result: OrderedDictionary<ModelPart, Int> = [:]
    let found = modules.map(part)
    for part in ModelPart.allCases {
      let count = found.count { $0 == part }
      if count > 0 { result[part] = count }
    }
    return result
  }

  /// The models that an adapter of these modules can be of, as a person is told.
  package static func models(of modules: [String]) -> [String] {
    families(of: modules).map(\.name)
  }
}
