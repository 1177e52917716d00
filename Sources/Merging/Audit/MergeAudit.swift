import Adapters
import Containers
import Models
import OrderedCollections
import Tensors

/// Finds out whether adapters are in a merged checkpoint, whatever tool merged them.
///
/// For each weight that the adapters update it looks for what was done to it: the merge as claimed,
/// by any tool's rounding (`MergeArithmetic`), or something else (`AuditedModule.Verdict`); all other
/// tensors must be the base's. The files are read piece by piece; a weight that is not as claimed is
/// read again.
package struct MergeAudit: Sendable {
  package let merged: Checkpoint
  package let base: Checkpoint
  package let adapters: [WeightedAdapter]
  package let threads: Int
  /// Called with the bytes of the base done since the last call.
  package var onProgress: (@Sendable (_ bytes: Int) -> Void)?

  package init(
    of merged: Checkpoint, against base: Checkpoint, _ adapters: [WeightedAdapter], threads: Int
  ) {
    self.merged = merged
    self.base = base
    self.adapters = adapters
    self.threads = threads
  }

  /// Looks at every tensor.
  ///
  /// - Throws: `ErrorList` for adapters that do not go on the base; `ContainerError`, also for a
  ///   stream; `QuantizationError`.
  package func run() throws -> AuditFinding {
    let weights = (base: try StoredWeights(of: base), merged: try StoredWeights(of: merged))
    let updates = try PlannedUpdates(adapters, into: weights.base, as: weights.merged)
    if try isAsRecorded() { return updates.findingAsRecorded(weights.base) }
    var modules: [AuditedModule] = []
    for (name, edit) in updates.plan.edits {
      modules.append(try judged(name.text, edit, updates, weights))
      onProgress?(edit.shape.byteCount(of: edit.type) ?? 0)
    }
    let others = try OthersAudit(base: weights.base, merged: weights.merged, threads: threads)
      .run(
        besides: Set(updates.plan.edits.keys + updates.added), tied: updates.plan.tied,
        onProgress: onProgress)
    try base.checkUnchanged()
    try merged.checkUnchanged()
    return AuditFinding(
      adapters: adapters, modules: modules, others: others.others,
      equalCount: others.equalCount, equalElements: others.equalElements,
      notes: updates.plan.notes)
  }

  /// Whether every weight that the adapters update can be what they make of it, as far as that is
  /// quickly said: other tensors are not looked at, and what is otherwise is not explained.
  ///
  /// - Throws: As `run`.
  func fits() throws -> Bool {
    let weights = (base: try StoredWeights(of: base), merged: try StoredWeights(of: merged))
    let updates = try PlannedUpdates(adapters, into: weights.base, as: weights.merged)
    for (name, edit) in updates.plan.edits {
      guard let subject = try subject(name.text, edit, updates, weights) else {
        let verdict = try judged(name.text, edit, updates, weights).verdict
        guard verdict.holds || verdict.isSilent else { return false }
        continue
      }
      guard try ModuleJudge(subject, adapters, threads: threads).isAsClaimed() else { return false }
    }
    return true
  }

  /// Whether the file's own record names these adapters with these weights in more than one step, or
  /// in weights that were in codes, and every bit is as recorded: no audit of one sum would see that.
  private func isAsRecorded() throws -> Bool {
    guard let state = try? MergedState(metadata: merged.metadata, file: merged.path),
      state.steps.count > 1 || state.steps.contains(where: { $0.quantized != nil }),
      state.adapters.map(\.fingerprint) == adapters.map(\.adapter.fingerprint),
      state.adapters.map(\.weight) == adapters.map(\.weight)
    else { return false }
    var left = adapters[...]
    let steps = state.steps.map { step -> Verify.Step in
      defer { left = left.dropFirst(step.adapters.count) }
      return (Array(left.prefix(step.adapters.count)), step.options)
    }
    do {
      return try Verify(merged, against: base, steps: steps, threads: threads).run().isEmpty
    } catch is AdapterError {
      return false
    }
  }

  private func judged(
    _ name: String, _ edit: TensorEdit, _ updates: PlannedUpdates,
    _ weights: (base: StoredWeights, merged: StoredWeights)
  ) throws -> AuditedModule {
    let count = edit.shape.elementCount
    let source = updates.source(of: name)
    if let codes = weights.merged.unreadCodes(of: name) {
      return AuditedModule(
        name, .undecided, elementCount: count,
        detail: "\(escaped(codes.name)) is in codes of a layout that is not read")
    }
    guard let found = weights.merged.entry(for: name) ?? weights.merged.entry(for: source) else {
      return AuditedModule(name, .missing, elementCount: count)
    }
    guard let entry = weights.base.entry(for: source), found.shape == edit.shape,
      found.type.floatFormat != nil
    else {
      return AuditedModule(
        name, .otherForm, elementCount: count,
        detail: "expected \(edit.type.rawValue) \(edit.shape), "
          + "found \(found.type.rawValue) \(found.shape)")
    }
    guard let subject = try subject(name, edit, updates, weights) else {
      return try WholeJudge(
        name: name, base: try weights.base.weight(entry), merged: try weights.merged.weight(found),
        edit: edit, threads: threads
      ).judged()
    }
    return try ModuleJudge(subject, adapters, threads: threads).judged()
  }

  /// A weight to which something is added, and nothing else is done; nil for any other, and for one
  /// that the file does not have in this form.
  private func subject(
    _ name: String, _ edit: TensorEdit, _ updates: PlannedUpdates,
    _ weights: (base: StoredWeights, merged: StoredWeights)
  ) throws -> AuditSubject? {
    let source = updates.source(of: name)
    guard let update = updates.update(of: name, edit), let entry = weights.base.entry(for: source),
      let found = weights.merged.entry(for: name) ?? weights.merged.entry(for: source),
      found.shape == edit.shape, found.type.floatFormat != nil
    else { return nil }
    return AuditSubject(
      name: name, base: try weights.base.weight(entry), merged: try weights.merged.weight(found),
      update: update)
  }
}

/// What the adapters together, and each of them, do to the base.
struct PlannedUpdates {
  let plan: MergePlan
  private let single: [MergePlan]
  private let adapters: [WeightedAdapter]

  /// - Throws: `ErrorList` for adapters that do not go on the base.
  init(
    _ adapters: [WeightedAdapter], into base: StoredWeights, as merged: StoredWeights
  ) throws {
    let configuration = try base.checkpoint.configuration
    var choices = MergePlan.Choices()
    choices.resizesVocabulary = true
    if let tied = try TiedWeights(configuration, base.entries) {
      let isUntied = try merged.checkpoint.configuration.map { try $0.isTied != true } ?? false
      choices.tied = isUntied && merged.entry(for: tied.head) != nil ? .untie : .both
    }
    plan = try MergePlan(
      adapters, into: base.entries, configuration: configuration, choices: choices)
    single =
      adapters.count == 1
      ? [plan]
      : try adapters.map {
        try MergePlan(
          [$0], into: base.entries, configuration: configuration, choices: choices)
      }
    self.adapters = adapters
  }

  /// Tensors of the result that the base does not store.
  var added: [ExactString] { plan.untied.map { [ExactString($0.name)] } ?? [] }

  /// That every weight is exact.
  func findingAsRecorded(_ base: StoredWeights) -> AuditFinding {
    let modules = plan.edits.map { name, edit in
      var module = AuditedModule(name.text, .exact, elementCount: edit.shape.elementCount)
      module.adapters = Array(single.indices)
      return module
    }
    return AuditFinding(
      adapters: adapters, modules: modules, others: [],
      equalCount: base.entries.count - modules.count, equalElements: 0, notes: plan.notes)
  }

  /// The base's tensor that becomes this one.
  func source(of name: String) -> String {
    plan.untied.map { $0.name == name ? $0.source : name } ?? name
  }

  /// What is added to one weight; nil where the edit is more than a sum.
  func update(of name: String, _ edit: TensorEdit) -> AuditedUpdate? {
    guard edit.stage == nil, edit.replacement == nil, edit.rowReplacements.isEmpty,
      edit.deltas.isEmpty
    else {
      return nil
    }
    let slabs = (0..<edit.slabs).map { slab in
      single.indices.map { adapter in
        single[adapter].edits[ExactString(name)]?.terms[slab].first.map {
          AdapterTerm($0, weight: adapters[adapter].weight)
        }
      }
    }
    return AuditedUpdate(slabs: slabs, rows: edit.rows, columns: edit.columns)
  }
}
