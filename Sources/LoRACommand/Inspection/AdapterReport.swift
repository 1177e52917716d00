import Adapters
import Reports
import Tensors

extension AdapterSummary {
  /// The adapter as facts, and a table of its modules when `detail` asks for every tensor.
  func report(_ detail: InspectionDetail) -> Report {
    var report = Report()
    report.add("dialect", "dialect", .text(outline.dialect.displayName))
    addModel(to: &report)
    report.add("rank", "rank", Quantity(.list(ranks.map(Value.integer)), .plain))
    if !outline.modules.isEmpty || outline.changedNames.isEmpty {
      report.add("alpha", "alpha", .number(outline.configuration.alpha, digits: 6))
    }
    report.add("scaling", "scaling", Quantity(.list(scalings.map(Value.number)), .significant(6)))
    report.add(
      "rank_stabilized", "rank stabilized", Quantity(.flag(outline.configuration.isRankStabilized)))
    report.add("dora", "DoRA", Quantity(.flag(outline.configuration.usesMagnitudes)))
    report.add("targets", "targets", Quantity(.list(targets.map { .text($0) })))
    report.add("module_count", "adapted modules", .count(outline.modules.count))
    if !outline.changedNames.isEmpty {
      report.add(
        "other_kinds", "changed otherwise",
        Quantity(.list(outline.changedNames.map(Value.text))))
    }
    report.add("replaced", "replaced whole", Quantity(.list(outline.replacedNames.map(Value.text))))
    addCosts(to: &report)
    report.add(
      "base_model", "trained on", Quantity(.text(orMissing: outline.configuration.baseModel)))
    report.add("base_fingerprint", "base fingerprint", Quantity(.text(orMissing: baseFingerprint)))
    report.add("task_type", "task", Quantity(.text(orMissing: outline.configuration.taskType)))
    report.add(
      "zero_module_count", "modules without effect",
      Quantity(.integer(orMissing: zeroModuleCount), .grouped))
    report.add("stray", "not understood", Quantity(.list(outline.strayNames.map(Value.text))))
    report.add(
      "findings", "worth a look",
      Quantity(.list(AdapterLint.findings(outline).map(Value.text))))
    addBase(to: &report)
    if detail != .summary {
      let table = Table(outline.modules, columns: Self.columns)
      report.add(detail: "modules", table.json)
      if detail == .all || outline.modules.count <= Self.longestListing { report.add(nil, table) }
    }
    return report
  }

  /// Of an adapter of an image or video model: whose, and which parts.
  private func addModel(to report: inout Report) {
    let modules = outline.modules.map(\.name)
    let parts = ImageAdapter.parts(of: modules)
    guard !parts.isEmpty else { return }
    let models = ImageAdapter.models(of: modules)
    report.add("models", "of a model", Quantity(.list(models.map { .text($0) })))
    report.add(
      "parts", "parts",
      Quantity(.list(parts.map { .text("\($0.key.word) (\($0.value) modules)") })))
  }

  /// Up to this many modules are listed without being asked for.
  private static let longestListing = 12

  private func addCosts(to report: inout Report) {
    report.add("parameters", "trainable parameters", .count(parameterCount))
    report.add(
      "weight_reduction", "reduction of the adapted weights",
      Quantity(weightReduction.map(Value.number) ?? .missing, .ratio))
  }

  private func addBase(to report: inout Report) {
    guard let base else { return }
    var costs = Report()
    costs.add(detail: "path", .text(base.path))
    costs.add(
      "parameters", "parameters", Quantity(.integer(orMissing: base.parameterCount), .grouped))
    costs.add(
      "reduction", "reduction", Quantity(baseReduction.map(Value.number) ?? .missing, .ratio))
    costs.add("bytes", "size", Quantity(.integer(base.byteCount), .bytesInFull))
    costs.add(
      "share", "the adapter's share",
      .share(base.byteCount > 0 ? Double(byteCount) / Double(base.byteCount) : .nan))
    report.add("base", title: "beside \(base.path)", costs)
  }

  private static let columns: [Column<AdapterOutline.Module>] = [
    Column("module") { $0.name },
    Column("rank", .plain) { .integer($0.rank) },
    Column("scaling", .significant(6)) { .number($0.scaling) },
    Column("parameters", .grouped) { .integer($0.parameterCount) },
    Column("reduction", .ratio) {
      $0.parameterCount > 0
        ? .number(Double($0.weightCount) / Double($0.parameterCount)) : .missing
    },
  ]
}
