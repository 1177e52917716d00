import Containers
import Tensors

/// The modules of an image or video model's file, by part and by the pieces whose rows they hold.
struct PartedBase {
  /// A module of the file that holds a piece.
  struct Place {
    /// Its name in the file.
    let module: String
    let run: ModuleRun
    /// Which of the run's pieces it is.
    let index: Int
    /// Of the module's weight.
    let shape: Shape
  }

  struct Part {
    /// nil of a file that is some text encoder.
    let part: ModelPart?
    fileprivate let root: String
    /// Whose names it has; none of a model that is not known.
    let families: [ModelFamily]
    fileprivate(set) var places: [ExactString: Place] = [:]
    /// Modules that no family knows, by their names with underscores.
    fileprivate var unknown: [String: [String]] = [:]

    /// The shapes of the weights that hold each piece.
    var shapes: [(piece: String, shape: Shape)] { places.map { ($0.key.text, $0.value.shape) } }
  }

  private(set) var parts: [Part] = []

  /// What the denoiser can be; none where there is none, or none that is known.
  var families: [ModelFamily] {
    guard let denoiser = parts.first(where: { $0.part == .denoiser }) else { return [] }
    let version = UNetVersion(
      denoiser, hasSecondEncoder: parts.contains { $0.part == .secondEncoder })
    let found = version.narrowed(denoiser.families)
    // Stable Diffusion 1 has CLIP of transformers, 2 has OpenCLIP.
    let excluded =
      parts.contains { $0.root == "cond_stage_model.transformer." }
      ? ModelFamily.stableDiffusion2
      : parts.contains { $0.root == "cond_stage_model.model." } ? .stableDiffusion1 : nil
    return found.filter { $0.name != excluded?.name }
  }

  /// nil when this is no such file, as far as its names tell.
  init?(_ entries: [TensorEntry]) {
    let modules = entries.compactMap(Self.module)
    let rooted = PartRoot.all.map { root in
      (root, modules.filter { $0.name.hasPrefix(root.root) })
    }.filter { !$0.1.isEmpty }
    guard rooted.isEmpty else {
      parts = rooted.map { Part($0.0.part, root: $0.0.root, $0.1) }
      return
    }
    let part = Part(ModelPart.denoiser, root: "", modules)
    guard part.families.isEmpty else {
      parts = [part]
      return
    }
    let encoder = Part(nil, root: "", modules)
    guard !encoder.families.isEmpty else { return nil }
    parts = [encoder]
  }

  /// How many rows a piece of the denoiser has; nil when the file does not have it.
  func rowCount(of piece: String) -> Int? {
    guard let place = parts.first(where: { $0.part == .denoiser })?.places[ExactString(piece)]
    else { return nil }
    let dimensions = place.shape.dimensions
    let columns = dimensions.dropFirst().reduce(1, *)
    return place.run.sizes(rows: dimensions.first ?? 0, columns: columns)?[place.index]
  }

  /// A tensor's module: `attn.in_proj` of `attn.in_proj_weight` as well.
  private static func module(_ entry: TensorEntry) -> (name: String, shape: Shape)? {
    for ending in [".weight", "_weight", ".scale"] where entry.name.hasSuffix(ending) {
      return (String(entry.name.dropLast(ending.count)), entry.shape)
    }
    return nil
  }
}

extension PartedBase.Part {
  fileprivate init(
    _ part: ModelPart?, root: String, _ modules: [(name: String, shape: Shape)]
  ) {
    (self.part, self.root) = (part, root)
    let names = modules.map { Self.local($0.name, root: root) }
    if part == .denoiser {
      families = ModelFamily.fitting(names)
    } else {
      let known = names.count { ModelFamily.clipText.run(of: $0) != nil }
      families = known * 2 >= names.count ? [.clipText] : []
    }
    for (name, module) in zip(names, modules) {
      let run = self.run(of: name, isUnderscored: false) ?? ModuleRun(name)
      for (index, piece) in run.pieces.enumerated() {
        places[ExactString(piece)] = PartedBase.Place(
          module: module.name, run: run, index: index, shape: module.shape)
      }
      unknown[UnderscoredNames.underscored(name), default: []].append(name)
    }
  }

  /// The name without its root; CLIP's layers of old files lack `text_model.`.
  private static func local(_ name: String, root: String) -> String {
    let rest = String(name.dropFirst(root.count))
    let isOld = root == "cond_stage_model.transformer." && !rest.hasPrefix("text_model.")
    return isOld ? "text_model." + rest : rest
  }

  private func run(of name: String, isUnderscored: Bool) -> ModuleRun? {
    for family in families {
      if let run = family.run(of: name, isUnderscored: isUnderscored) { return run }
    }
    return nil
  }

  /// The module that an adapter means by `reference`, if every piece of it is here.
  func module(_ reference: ModuleReference) -> (run: ModuleRun, places: [PartedBase.Place])? {
    var candidates = [
      run(of: reference.name, isUnderscored: reference.isUnderscored)
    ].compactMap(\.self)
    if reference.isUnderscored {
      let found = unknown[reference.name] ?? []
      if found.count == 1 {
        candidates.append(run(of: found[0], isUnderscored: false) ?? ModuleRun(found[0]))
      }
    } else {
      candidates.append(ModuleRun(reference.name))
    }
    for run in candidates {
      let found = run.pieces.compactMap { places[ExactString($0)] }
      if found.count == run.pieces.count { return (run, found) }
    }
    return nil
  }
}
