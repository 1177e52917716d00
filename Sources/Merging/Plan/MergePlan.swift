import Adapters
import Containers
import JSON
import Models
import OrderedCollections
import Tensors

/// What a merge does to each tensor of the base: copy it, or edit it.
///
/// A plan is made from names and shapes alone. It either accounts for every adapter tensor or is not
/// made: all that is wrong is reported together, before a byte is written.
package struct MergePlan: Sendable {
  /// What a person decides where an adapter leaves a choice.
  package struct Choices: Sendable {
    /// What to do about tied weights; nil refuses where it matters.
    package var tied: TiedPolicy?
    /// Whether embeddings and output layers may change their number of rows.
    package var resizesVocabulary = false

    package init() {}
  }

  /// The edits by the tensor's name in the result, in the order in which the adapters bring them;
  /// all other tensors are copied.
  package internal(set) var edits: OrderedDictionary<ExactString, TensorEdit> = [:]
  /// Every adapter tensor, and what it does.
  package internal(set) var ledger = CoverageLedger()
  /// What a person should know, one sentence each.
  package internal(set) var notes: [String] = []
  /// The output layer that becomes a tensor of its own.
  package internal(set) var untied: RewriteChanges.Addition?
  /// The number of tokens, where it changes.
  package internal(set) var vocabularySize: Int?
  /// Tensors that change their number of rows.
  var resizedNames: Set<ExactString> = []

  var base: BaseTensors
  let tied: TiedWeights?
  let choices: Choices
  private let model: ModelConfiguration?
  private var errors: [any ReportableError] = []

  /// Plans the merge of `adapters`, in this order, into a base with these tensors.
  ///
  /// - Parameters:
  ///   - adapters: With their weights.
  ///   - entries: The base's tensors.
  ///   - configuration: What the base's `config.json` says, which knows of tied weights, and of
  ///     what an adapter's dialect leaves open.
  ///   - choices: What to do where there is a choice.
  /// - Throws: `ErrorList` with every adapter tensor that does not fit.
  package init(
    _ adapters: [WeightedAdapter], into entries: [TensorEntry],
    configuration: ModelConfiguration? = nil, choices: Choices = Choices()
  ) throws(ErrorList) {
    do throws(SettingProblem) {
      tied = try TiedWeights(configuration, entries)
      base = BaseTensors(
        entries, tied: tied, orientation: try LayerOrientation(configuration, entries))
    } catch {
      throw ErrorList([error])
    }
    (self.choices, model) = (choices, configuration)
    for weighted in adapters {
      do throws(ErrorList) {
        let adapter = try weighted.adapter.resolved(
          against: entries, configuration: configuration
        ).located(in: entries)
        take(WeightedAdapter(adapter, weight: weighted.weight))
      } catch {
        errors.append(error)
      }
    }
    if errors.isEmpty { collect { plan throws(AdapterError) in try plan.resolveTied() } }
    if edits.isEmpty, errors.isEmpty {
      let file = adapters.first?.adapter.file ?? ""
      errors.append(AdapterError.mismatch(file: file, problem: "no tensor of the base changes"))
    }
    guard errors.isEmpty else { throw ErrorList(errors) }
  }

  private mutating func collect(
    _ body: (inout MergePlan) throws(AdapterError) -> Void
  ) {
    do {
      try body(&self)
    } catch {
      errors.append(error)
    }
  }

  // MARK: Updates

  private mutating func take(_ adapter: WeightedAdapter) {
    notes += adapter.adapter.configuration.notes.map { "\(escaped(adapter.adapter.file)): \($0)" }
    for replacement in adapter.adapter.replacements {
      collect { plan throws(AdapterError) in try plan.take(replacement, of: adapter) }
    }
    let experts = expertAssignments(of: adapter.adapter)
    var taken: [ExactString: String] = [:]
    var turned: [String] = []
    for update in adapter.adapter.updates
    where !update.kind.isParameter || experts[update.module] != nil {
      collect { plan throws(AdapterError) in
        try plan.checkTargets(update, of: adapter.adapter)
        let stack = experts[update.module].map { ($0.found[update.name], $0.orientation) }
        let update = stack?.0?.update ?? update
        let placement = try UpdatePlacement(
          update, of: adapter, in: plan.base, on: stack?.0?.entry, turned: stack?.1 == .turned)
        let key = ExactString(placement.entry.name)
        if let other = taken.updateValue(update.name, forKey: key) {
          throw .tensor(
            file: adapter.adapter.file, name: update.name,
            problem: "updates the same weight as \"\(escaped(other))\"")
        }
        try plan.add(placement, of: update, adapter)
        if placement.isOriented { turned.append(update.module) }
      }
    }
    for change in adapter.adapter.changes {
      collect { plan throws(AdapterError) in
        if case .value = change.form {
        } else if let entry = plan.base.find(change.target),
          let other = taken.updateValue(change.name, forKey: ExactString(entry.name))
        {
          throw .tensor(
            file: adapter.adapter.file, name: change.name,
            problem: "updates the same parameter as \"\(escaped(other))\"")
        }
        try plan.take(change, of: adapter)
      }
    }
    noteOriented(turned, of: adapter.adapter)
    noteIdleModules(of: adapter.adapter)
  }

  /// Which stacked parameter each nested update belongs to, by module.
  private mutating func expertAssignments(of adapter: Adapter) -> [String: ExpertAssignment] {
    let nested = adapter.updates.filter { $0.kind.isParameter }
    var result: [String: ExpertAssignment] = [:]
    for (module, updates) in OrderedDictionary(grouping: nested, by: \.module) {
      let names = updates[0].statedModules.flatMap(adapter.configuration.parameterNames)
      let parameters = names.compactMap { base.find(module + "." + $0) }
      let square = try? StackOrientation.ofSquare(for: adapter, on: model)
      collect { _ throws(AdapterError) in
        result[module] = try ExpertAssignment(
          updates, to: parameters, square: square, file: adapter.file)
      }
    }
    return result
  }

  private mutating func add(
    _ placement: UpdatePlacement, of update: ModuleUpdate, _ adapter: WeightedAdapter
  ) throws(AdapterError) {
    let file = adapter.adapter.file
    let name = placement.entry.name
    var edit = edit(of: placement.entry, slabs: placement.terms.count, by: adapter.adapter)
    if let magnitude = placement.magnitude {
      try checkStage("DoRA", edit, update.name, adapter)
      edit.stage = .magnitudes(magnitude)
    } else {
      try checkShared(edit, update.name, adapter)
    }
    for (slab, term) in placement.terms.enumerated() { edit.terms[slab].append(term) }
    edits[ExactString(name)] = edit
    let biasName = placement.bias == nil ? nil : update.name(endingIn: ".bias")
    for tensor in update.tensorNames where tensor != biasName {
      ledger.note(tensor, of: file, .update, on: name)
    }
    guard let (entry, term) = placement.bias, let biasName else { return }
    var biasEdit = self.edit(of: entry, slabs: 1, by: adapter.adapter)
    biasEdit.terms[0].append(term)
    edits[ExactString(entry.name)] = biasEdit
    ledger.note(biasName, of: file, .biasUpdate, on: entry.name)
  }

  /// What is no sum has no form beside other updates, and none that a negative weight takes out.
  ///
  /// A weighted DoRA of PEFT's is not defined; LyCORIS and ComfyUI have one (`MagnitudeStage`).
  func checkStage(
    _ kind: String, _ edit: TensorEdit, _ name: String, _ adapter: WeightedAdapter
  ) throws(AdapterError) {
    let problem: String? =
      if edit.hasTerms {
        "shares its module with another adapter, and one of them is \(kind); such updates "
          + "do not add up: merge them one after the other"
      } else if adapter.weight != 1, adapter.adapter.dialect != .kohya {
        "is of \(kind), which has no weighted form; merge this adapter with weight 1"
      } else if adapter.weight < 0 {
        "is of \(kind), which no negative weight takes out: give --base, or merge with "
          + "--reversible"
      } else {
        nil
      }
    guard let problem else { return }
    throw .tensor(file: adapter.adapter.file, name: name, problem: problem)
  }

  /// Refuses a sum on a weight to which another adapter does more.
  func checkShared(
    _ edit: TensorEdit, _ name: String, _ adapter: WeightedAdapter
  ) throws(AdapterError) {
    guard edit.stage != nil else { return }
    throw .tensor(
      file: adapter.adapter.file, name: name,
      problem:
        "shares its module with another adapter, whose change is no sum; such updates do not "
        + "add up: merge them one after the other")
  }

  func edit(of entry: TensorEntry, slabs: Int, by adapter: Adapter) -> TensorEdit {
    var edit =
      edits[ExactString(entry.name)] ?? TensorEdit(entry.type, entry.shape, slabs: slabs)
    if !edit.files.contains(adapter.file) { edit.files.append(adapter.file) }
    return edit
  }

  private mutating func noteOriented(_ modules: [String], of adapter: Adapter) {
    guard let first = modules.first else { return }
    let stated = adapter.configuration.isFanInFanOut
    let kind = stated ? "linear, [out, in]" : "Conv1D, [in, out]"
    notes.append(
      "\(escaped(adapter.file)): fan_in_fan_out is \(stated), and in the base "
        + "\(escaped(first))\(modules.count > 1 ? " and \(modules.count - 1) more are" : " is") "
        + "\(kind); the base decides, as in PEFT")
  }

  private mutating func noteIdleModules(of adapter: Adapter) {
    let idle = adapter.idleModuleCount
    if idle > 0 {
      notes.append(
        "\(escaped(adapter.file)): \(idle) of \(adapter.updates.count) modules have an all-zero "
          + "lora_B, so nothing is added there; was the adapter trained?")
    }
    let scalings = adapter.updates.map(\.pair.scaling)
    if scalings.contains(0) {
      notes.append("\(escaped(adapter.file)): alpha is 0, so nothing is added")
    } else if scalings.contains(where: { $0 < 0 }) {
      notes.append("\(escaped(adapter.file)): alpha is negative, so the adapter is taken out")
    }
  }
}
