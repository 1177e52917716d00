import Containers
import JSON
import Models
import OrderedCollections
import Tensors

/// Turns an adapter into another dialect, with the same delta.
///
/// | to           | what the file states                       | what is folded into B                     |
/// |--------------|--------------------------------------------|-------------------------------------------|
/// | PEFT         | r, alpha and patterns for each module      | nothing, if some alpha / r is the scaling |
/// | PEFT uniform | one r, one alpha                           | what differs; ranks are filled with zeros |
/// | kohya        | an alpha tensor for each module            | nothing, if an F32 alpha / r is it        |
/// | diffusers    | nothing: alpha is the rank                 | the whole scaling                         |
/// | ComfyUI      | an alpha tensor where the scaling is not 1 | nothing, if an F32 alpha / r is it        |
/// | mlx-lm       | one rank, one absolute scale               | what differs; ranks are filled with zeros |
/// | GGUF         | one alpha, or alpha 0                      | nothing, or the whole scaling             |
///
/// Folding is exact where it multiplies by a power of two; where not, each element is rounded once
/// (`FoldedFactor`), and `ConvertedAdapter.modules` says how many are.
package struct AdapterConversion {
  /// Resolved against the base, when there is one; under the names of the model's family where that is
  /// known.
  package private(set) var adapter: Adapter
  /// What is known of the base beyond its names.
  let base: ModelConfiguration?
  /// nil where a module's family is not known.
  private let family: FamilyConversion?
  private let checkpoint: Checkpoint?
  private var keepsMetadata = false
  /// PEFT: one rank and one alpha for all modules, no patterns, no rank stabilization.
  package var isUniform = false

  /// - Parameters:
  ///   - adapter: As it was opened.
  ///   - base: The base, for what the adapter's dialect, or the other one, leaves to it.
  /// - Throws: `ErrorList` when the base does not answer; `AdapterError.mismatch` when there is none
  ///   and it is needed.
  package init(_ adapter: Adapter, base: Checkpoint?) throws {
    self.base = try base?.configuration
    checkpoint = base
    family = FamilyConversion(adapter, base: base.flatMap { PartedBase($0.entries) })
    self.adapter = family == nil ? try adapter.settled(by: base) : adapter
  }

  /// A conversion that leaves names as they are, whatever they mean.
  package init(keepingNamesOf adapter: Adapter) {
    (self.adapter, base, family, checkpoint) = (adapter, nil, nil, nil)
    keepsMetadata = true
  }

  /// The adapter as a single file without a configuration, under its own names: kohya's factors where it
  /// had those, else PEFT's.
  ///
  /// - Throws: `ErrorList` with everything that such a file cannot hold.
  package func asItWas() throws(ErrorList) -> ConvertedAdapter {
    let isKohya = adapter.updates.first?.name.hasSuffix(".lora_down.weight") ?? true
    return isKohya
      ? try KohyaWriter(self, isNamed: true).converted()
      : try PipelineWriter(self, isDiffusers: false).converted()
  }

  /// The adapter in `dialect`.
  ///
  /// - Throws: `ErrorList` with everything that the dialect cannot hold; `AdapterError.mismatch` when the
  ///   base is needed, and is not there.
  package func converted(to dialect: AdapterDialect) throws -> ConvertedAdapter {
    switch dialect {
    case .kohya:
      guard let named = try named(for: .kohya) else {
        try checkHasNoPart(for: dialect)
        return try KohyaWriter(self, isNamed: false).converted()
      }
      return try KohyaWriter(named, isNamed: true).converted()
    case .diffusers, .comfy:
      guard let named = try named(for: dialect == .comfy ? .comfy : .diffusers) else {
        throw FamilyConversion.refusal(adapter, for: dialect.displayName)
      }
      return try PipelineWriter(named, isDiffusers: dialect == .diffusers).converted()
    case .peft:
      guard checkpoint == nil, adapter.dialect != .peft, let named = try named(for: .peft) else {
        return try PEFTWriter(settled()).converted()
      }
      return try PEFTWriter(named).converted()
    case .mlx: return try MLXWriter(settled()).converted()
    case .gguf: return try GGUFWriter(settled()).converted()
    }
  }

  /// The same with the names of a program; nil where the adapter's family is not known.
  private func named(for naming: FamilyNaming) throws(ErrorList) -> AdapterConversion? {
    guard let family else { return nil }
    var result = self
    result.adapter = try family.renamed(to: naming)
    return result
  }

  /// The same with the names of the base.
  private func settled() throws -> AdapterConversion {
    guard family != nil else { return self }
    var result = self
    result.adapter = try adapter.settled(by: checkpoint)
    return result
  }

  /// Refuses a model's part whose names kohya's tools would not know.
  private func checkHasNoPart(for dialect: AdapterDialect) throws(AdapterError) {
    let isPart = adapter.updates.contains { update in
      update.module.contains(".") && !update.module.hasPrefix("unet.")
        && ModuleReference(update.module).part == .denoiser
    }
    if isPart { throw FamilyConversion.refusal(adapter, for: dialect.displayName) }
  }

  // MARK: What the writers share

  /// The scaling that a file with one number states, and the rank when it has one for all.
  var commonRank: Int { adapter.updates.map(\.rank).max() ?? 1 }

  /// What the base's configuration says; nil without one.
  func ofBase<Value>(
    _ question: (ModelConfiguration) throws(SettingProblem) -> Value?
  ) throws(ErrorList) -> Value? {
    guard let base else { return nil }
    do throws(SettingProblem) {
      return try question(base)
    } catch {
      throw ErrorList([error])
    }
  }

  /// What is known of the base's identity goes along; where names stay, all that is true of the result:
  /// hashes of the old tensors and the settings of the old scalings are not.
  package var metadata: OrderedDictionary<String, String> {
    adapter.metadata.filter { entry in
      guard keepsMetadata else { return entry.key == MetadataKey.baseFingerprint }
      return !["sshs_model_hash", "sshs_legacy_hash"].contains(entry.key)
        && !SavedSettings.keys.contains(entry.key)
    }
  }

  /// Refuses what none of the dialects beside PEFT's has a form for.
  func refusals(
    in dialect: AdapterDialect, _ problem: (ModuleUpdate) -> String?
  ) -> [any ReportableError] {
    let remedy = "; merge the adapter into its base, or convert it to peft"
    if let method = InitialAdapters.changingMethod(of: adapter) {
      // Only PEFT's configuration can say so, and without it the delta would be another.
      let problem = "was initialised by \(escaped(method)), which changes the base before training"
      return [
        AdapterError.unsupported(
          file: adapter.file, what: problem,
          remedy: "merge it with --initial-adapter, or convert it with PEFT first")
      ]
    }
    let updates = adapter.updates.compactMap { update -> AdapterError? in
      let reason =
        update.upBias != nil
        ? "a bias of lora_B has no form in \(dialect.displayName)"
        : update.kind.isParameter
          ? "stacked experts have no form in \(dialect.displayName)"
          : problem(update)
      return reason.map { .tensor(file: adapter.file, name: update.name, problem: $0 + remedy) }
    }
    let replacements = adapter.replacements.map { replacement in
      AdapterError.tensor(
        file: adapter.file, name: replacement.tensorName,
        problem: "a parameter that is replaced whole has no form in \(dialect.displayName)" + remedy
      )
    }
    return updates + changeRefusals(in: dialect) + replacements
  }

  /// Refuses what LyCORIS alone has a form for: what is no pair of factors, and lengths along inputs.
  func changeRefusals(in dialect: AdapterDialect) -> [any ReportableError] {
    let changes = adapter.changes.map { change in
      AdapterError.tensor(
        file: adapter.file, name: change.name,
        problem: "is of \(change.kindName), which has no form in \(dialect.displayName); merge the "
          + "adapter into its base, and make a LoRA of the difference with lora extract")
    }
    guard dialect != .kohya, dialect != .comfy else { return changes }
    let lengths = adapter.updates.filter { $0.magnitude != nil && $0.magnitudeAxis == .inputs }
    return changes
      + lengths.map { update in
        AdapterError.tensor(
          file: adapter.file, name: update.name(endingIn: ".dora_scale"),
          problem: "holds lengths along the inputs, which have no form in \(dialect.displayName); "
            + "merge the adapter into its base")
      }
  }
}

extension Adapter {
  /// The adapter with what its dialect leaves to the base settled, by `base` where there is one.
  ///
  /// - Throws: `ErrorList` when the base does not answer; `AdapterError.mismatch` when there is none
  ///   and it is needed.
  package func settled(by base: Checkpoint?) throws -> Adapter {
    if let base {
      return try resolved(
        against: base.entries, configuration: base.configuration)
    }
    guard !requiresBase else {
      throw AdapterError.mismatch(
        file: file,
        problem: "what its \(dialect.displayName) names or rows mean is up to the base; "
          + "give --base")
    }
    return self
  }

  /// Whether what it means is open without the base; a leading part of a pipeline can stay.
  fileprivate var requiresBase: Bool {
    (updates.map(\.openQuestions) + changes.map(\.openQuestions)).contains {
      !$0.isSubset(of: [.pipelinePart])
    }
  }
}
