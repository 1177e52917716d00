import Containers
import OrderedCollections
import Tensors

/// An adapter and how much of it is wanted.
package struct WeightedAdapter: Sendable {
  package let adapter: Adapter
  /// Multiplies the adapter's own scaling: 1 as trained, −1 takes out.
  package let weight: Double

  package init(_ adapter: Adapter, weight: Double = 1) {
    self.adapter = adapter
    self.weight = weight
  }
}

/// What a merge does to each tensor of the base: copy it, or edit it.
///
/// A plan is made from names and shapes alone. It either accounts for every adapter tensor or is not
/// made: all that is wrong is reported together, before a byte is written.
package struct MergePlan: Sendable {
  /// The edits by the base's tensor name; all other tensors are copied.
  package private(set) var edits: [ExactString: TensorEdit] = [:]
  /// What a person should know, one sentence each.
  package private(set) var notes: [String] = []

  private let base: BaseTensors
  private var errors: [any ReportableError] = []

  /// Plans the merge of `adapters`, in this order, into a base with these tensors.
  ///
  /// - Throws: `ErrorList` with every adapter tensor that does not fit.
  package init(
    _ adapters: [WeightedAdapter], into entries: [TensorEntry]
  ) throws(ErrorList) {
    base = BaseTensors(entries)
    for adapter in adapters { take(adapter) }
    if edits.isEmpty, errors.isEmpty {
      let file = adapters.first?.adapter.file ?? ""
      errors.append(AdapterError.mismatch(file: file, problem: "no tensor of the base changes"))
    }
    guard errors.isEmpty else { throw ErrorList(errors) }
  }

  /// Adapter tensors that end in an edit.
  package var appliedTensorCount: Int { edits.values.reduce(0) { $0 + $1.tensorCount } }

  /// The base's tensor called `name`.
  func entry(_ name: ExactString) -> TensorEntry? { base[name] }

  // MARK: Updates

  private mutating func take(_ adapter: WeightedAdapter) {
    for replacement in adapter.adapter.replacements {
      collect { plan throws(AdapterError) in try plan.take(replacement, of: adapter) }
    }
    let experts = expertAssignments(of: adapter.adapter)
    var taken: [ExactString: String] = [:]
    for update in adapter.adapter.updates {
      collect { plan throws(AdapterError) in
        try plan.checkTargets(update, of: adapter.adapter)
        let placement = try UpdatePlacement(
          update, of: adapter, in: plan.base, experts: experts[update.module])
        let key = ExactString(placement.entry.name)
        if let other = taken.updateValue(update.name, forKey: key) {
          throw .tensor(
            file: adapter.adapter.file, name: update.name,
            problem: "updates the same weight as \"\(escaped(other))\"")
        }
        try plan.add(placement, of: update, adapter)
      }
    }
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

  /// Which stacked parameter each nested update belongs to, by module.
  private mutating func expertAssignments(of adapter: Adapter) -> [String: ExpertAssignment] {
    let nested = adapter.updates.filter { $0.kind.isParameter }
    var result: [String: ExpertAssignment] = [:]
    for (module, updates) in Dictionary(grouping: nested, by: \.module) {
      let parameters = adapter.configuration.targetParameters.compactMap { target in
        target.lastIndex(of: ".").flatMap { dot in
          ModuleSelection.isSuffix(String(target[..<dot]), of: module)
            ? base.find(module + target[dot...]) : nil
        }
      }
      collect { _ throws(AdapterError) in
        result[module] = try ExpertAssignment(updates, to: parameters, file: adapter.file)
      }
    }
    return result
  }

  /// PEFT builds its layers from `target_modules`; tensors of other modules it drops in silence.
  private func checkTargets(
    _ update: ModuleUpdate, of adapter: Adapter
  ) throws(AdapterError) {
    guard !update.kind.isParameter, let targets = adapter.configuration.targets else { return }
    let baseName = base.find(update.module + ".weight")?.name.dropLast(".weight".count)
    do {
      for name in [update.module] + [baseName.map(String.init)].compactMap(\.self)
      where try targets.contains(name) {
        return
      }
    } catch {
      throw .pattern(file: adapter.file, setting: "target_modules", pattern: "", error: error)
    }
    throw .tensor(
      file: adapter.file, name: update.name,
      problem: "target_modules does not name the module \"\(escaped(update.module))\"; "
        + "correct the configuration")
  }

  private mutating func add(
    _ placement: UpdatePlacement, of update: ModuleUpdate, _ adapter: WeightedAdapter
  ) throws(AdapterError) {
    var edit = edit(of: placement.entry, slabs: placement.terms.count, by: adapter.adapter)
    if placement.magnitude != nil || edit.magnitude != nil {
      try checkMagnitude(edit, update, adapter)
      edit.magnitude = placement.magnitude
    }
    for (slab, term) in placement.terms.enumerated() { edit.terms[slab].append(term) }
    edit.tensorCount += update.tensorNames.count - (update.upBias == nil ? 0 : 1)
    edits[ExactString(placement.entry.name)] = edit
    guard let (entry, term) = placement.bias else { return }
    var biasEdit = self.edit(of: entry, slabs: 1, by: adapter.adapter)
    biasEdit.terms[0].append(term)
    biasEdit.tensorCount += 1
    edits[ExactString(entry.name)] = biasEdit
  }

  /// A DoRA module is no sum: it has neither a weighted form nor one beside other updates.
  private func checkMagnitude(
    _ edit: TensorEdit, _ update: ModuleUpdate, _ adapter: WeightedAdapter
  ) throws(AdapterError) {
    guard !edit.hasTerms else {
      throw .tensor(
        file: adapter.adapter.file, name: update.name,
        problem: "shares its module with another adapter, and one of them is DoRA; such updates "
          + "do not add up: merge them one after the other")
    }
    guard adapter.weight == 1 else {
      throw .tensor(
        file: adapter.adapter.file, name: update.name,
        problem: "is a DoRA module, which has no weighted form; merge this adapter with weight 1")
    }
  }

  private func edit(of entry: TensorEntry, slabs: Int, by adapter: Adapter) -> TensorEdit {
    var edit = edits[ExactString(entry.name)] ?? TensorEdit(entry.shape, slabs: slabs)
    if !edit.files.contains(adapter.file) { edit.files.append(adapter.file) }
    return edit
  }

  // MARK: Replacements

  private mutating func take(
    _ replacement: Replacement, of adapter: WeightedAdapter
  ) throws(AdapterError) {
    let file = adapter.adapter.file
    let entry = try base.find(
      replacement.parameter, for: replacement.tensorName, of: file)
    let brought = FittedReplacement(replacement, entry: entry, file: file)
    guard adapter.weight == 1 else {
      throw brought.refusal(
        "replaces \"\(escaped(entry.name))\" whole, which has no weighted form; "
          + "merge this adapter with weight 1")
    }
    let tensor = try brought.tensor()
    var edit = edit(of: entry, slabs: 1, by: adapter.adapter)
    if let rows = replacement.rows {
      edit.rowReplacements += try brought.rows(rows, of: tensor)
    } else {
      if let other = edit.replacement, other != tensor {
        throw brought.refusal(
          "\(escaped(edit.files[0])) replaces \"\(escaped(entry.name))\" too; merge one of them")
      }
      edit.replacement = tensor
    }
    edit.tensorCount += 1
    edits[ExactString(entry.name)] = edit
  }
}

/// A replacement brought into the base's type, its shape checked.
private struct FittedReplacement {
  let replacement: Replacement
  let entry: TensorEntry
  let file: String

  init(_ replacement: Replacement, entry: TensorEntry, file: String) {
    self.replacement = replacement
    self.entry = entry
    self.file = file
  }

  func refusal(_ problem: String) -> AdapterError {
    .tensor(file: file, name: replacement.tensorName, problem: problem)
  }

  func tensor() throws(AdapterError) -> Tensor {
    let found = replacement.tensor.shape
    let isFitting =
      replacement.rows == nil
      ? found == entry.shape
      : entry.shape.rank == 2 && found.rank == 2 && found[1] == entry.shape[1]
    guard isFitting else {
      throw refusal(
        "expected the shape of the base's \"\(escaped(entry.name))\", \(entry.shape), "
          + "found \(found)")
    }
    guard let format = entry.type.floatFormat else {
      throw refusal(
        "the base's \"\(escaped(entry.name))\" is \(entry.type.rawValue), "
          + "which is not computed with")
    }
    return replacement.tensor.converted(to: format)
  }

  func rows(_ rows: [Int], of tensor: Tensor) throws(AdapterError) -> [(row: Int, bytes: [UInt8])] {
    let size = tensor.bytes.count / max(rows.count, 1)
    var result: [(row: Int, bytes: [UInt8])] = []
    for (index, row) in rows.enumerated() {
      guard (0..<entry.shape[0]).contains(row) else {
        throw refusal(
          "brings row \(row), but the base's \"\(escaped(entry.name))\" has \(entry.shape[0]) rows")
      }
      result.append((row, Array(tensor.bytes[(index * size)..<((index + 1) * size)])))
    }
    return result
  }
}

extension ModuleUpdate.Kind {
  /// Whether the update is of a stacked parameter.
  var isParameter: Bool {
    if case .parameter = self { true } else { false }
  }
}
