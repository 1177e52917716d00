import Models
import Reports
import Tensors

/// The costs of adapting one model.
struct PlanningSession {
  private let model: ModelOutline
  private let planned: PlannedModel
  /// `--target-modules`.
  var targetWords: String?
  var ranks = [16]
  var rank = 16
  var adapterType = DType.f32
  var setup = TrainingSetup()
  var variants = 10
  var limit: RankBudget.Limit?

  init(_ planned: PlannedModel) {
    (self.planned, model) = (planned, planned.outline)
  }

  /// Everything as a report.
  ///
  /// - Throws: `ModelError` for targets that mean nothing, `ModelOutlineError` for memory that no
  ///   number can hold.
  func report() throws -> Report {
    let usual = TargetSet.usual(for: model)
    let own = try ownTargets()
    let chosen = own ?? TargetSet(name: "all linear", modules: model.linears)
    let sets = own.map { set in usual.filter { $0.modules != set.modules } + [set] } ?? usual
    let memory = try TrainingMethod.allCases.map { method throws(ModelOutlineError) in
      try TrainingMemory(method, of: model, chosen, rank: rank, setup)
    }
    let budget = try limit.map { limit throws(ModelOutlineError) in
      try RankBudget(limit, for: model, own.map { [$0] } ?? usual, setup)
    }
    var report = Report()
    report.add("model", title: "model", PlanReport.model(planned))
    report.add(
      "targets",
      PlanReport.targets(sets, ranks: tableRanks, of: model, byteWidth: adapterType.bitCount / 8))
    report.add(
      "memory", title: memoryTitle(chosen),
      PlanReport.memory(memory, chosen, rank: rank, setup))
    report.add("storage", title: "storage of \(variants) variants", storage(chosen))
    if let budget { PlanReport.add(budget, to: &report) }
    return report
  }

  private var tableRanks: [Int] { Set(ranks + [rank]).sorted() }

  /// The modules of `--target-modules`, when it names any.
  private func ownTargets() throws -> TargetSet? {
    guard let targetWords, targetWords.lowercased() != "all-linear" else { return nil }
    // A regular expression may have commas of its own.
    let words =
      targetWords.hasPrefix("re:")
      ? [targetWords] : targetWords.split(separator: ",").map(String.init)
    let names = Set(
      try ModuleChoice(file: model.name, modules: model.linears.map(\.name)).named(words))
    return TargetSet(
      name: targetWords, modules: model.linears.filter { names.contains($0.name) })
  }

  private func memoryTitle(_ targets: TargetSet) -> String {
    let step =
      model.readsTokens
      ? "batch \(setup.batch) × \(setup.sequence) tokens" : "\(setup.batch) rows"
    return "memory of a step: \(step), \(targets.name) at rank \(rank)"
      + (setup.usesCheckpointing ? ", checkpointing" : "")
  }

  private func storage(_ targets: TargetSet) -> Report {
    let adapter = rank * targets.parametersPerRank * adapterType.bitCount / 8
    let base = model.byteCount
    let (full, lora) = (variants * base, base + variants * adapter)
    var report = Report()
    report.add(detail: "variants", .integer(variants))
    report.add("full_bytes", "full copies", .bytes(full))
    report.add("lora_bytes", "one base and the adapters", .bytes(lora))
    report.add("reduction", "reduction", .ratio(Double(full) / Double(lora)))
    report.add(detail: "base_bytes", .integer(base))
    report.add(detail: "adapter_bytes", .integer(adapter))
    return report
  }
}
