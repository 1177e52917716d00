import JSON
import Models
import Reports
import Tensors

/// The parts of a plan as a person reads them.
enum PlanReport {
  static func model(_ planned: PlannedModel) -> Report {
    let model = planned.outline
    var report = Report()
    report.add("name", "name", .text(model.name))
    report.add("type", "architecture", Quantity(.text(orMissing: model.type)))
    report.add("dtype", "stored as", .text(model.mainType.rawValue))
    report.add("parameters", "parameters", .count(model.parameterCount))
    report.add("bytes", "weights", Quantity(.integer(model.byteCount), .bytesInFull))
    report.add("linear_layers", "linear layers", .count(model.linears.count))
    report.add(detail: "left_out", .array(model.leftOut.map { .text($0) }))
    if !model.leftOut.isEmpty {
      report.add(
        note:
          "\(model.leftOut.count) stored tensors are no parameters of their own (masks, tables, "
          + "a tied matrix once more)")
    }
    report.add(detail: "config", planned.config.map(tree) ?? .null)
    return report
  }

  /// A configuration as it goes into a report.
  private static func tree(_ value: JSONValue) -> JSONTree {
    switch value {
    case .null: .null
    case .bool(let flag): .flag(flag)
    case .number(let number): number.int.map(JSONTree.integer) ?? .number(number.double)
    case .string(let text): .text(text)
    case .array(let items): .array(items.map(tree))
    case .object(let members):
      .object(members.map { JSONTree.Member($0.key.text, tree($0.value)) })
    }
  }

  // MARK: Targets

  private struct TargetRow {
    let targets: TargetSet
    let rank: Int
    let model: ModelOutline
    let byteWidth: Int

    var parameters: Int { rank * targets.parametersPerRank }
  }

  static func targets(
    _ sets: [TargetSet], ranks: [Int], of model: ModelOutline, byteWidth: Int
  ) -> Table {
    let rows = sets.flatMap { set in
      ranks.map { TargetRow(targets: set, rank: $0, model: model, byteWidth: byteWidth) }
    }
    return Table(
      rows,
      columns: [
        Column("targets") { $0.targets.name },
        Column("modules", .grouped) { .integer($0.targets.modules.count) },
        Column("rank", .plain) { .integer($0.rank) },
        Column("parameters", .grouped) { .integer($0.parameters) },
        Column("share", .percent) {
          .number(Double($0.parameters) / Double($0.model.parameterCount))
        },
        Column("adapter_bytes", label: "adapter", .binaryBytes) {
          .integer($0.parameters * $0.byteWidth)
        },
      ])
  }

  // MARK: Memory

  static func memory(
    _ rows: [TrainingMemory], _ targets: TargetSet, rank: Int, _ setup: TrainingSetup
  ) -> Report {
    var report = Report()
    report.add(detail: "rank", .integer(rank))
    report.add(detail: "targets", .text(targets.name))
    report.add(detail: "batch_size", .integer(setup.batch))
    report.add(detail: "sequence_length", .integer(setup.sequence))
    report.add(detail: "checkpointing", .flag(setup.usesCheckpointing))
    report.add(detail: "optimizer", .text(setup.optimizer.rawValue))
    report.add(
      "methods",
      Table(
        rows,
        columns: [
          Column("method") { $0.method.rawValue },
          Column("weights", .binaryBytes) { .integer($0.weights) },
          Column("gradients", .binaryBytes) { .integer($0.gradients) },
          Column("optimizer", .binaryBytes) { .integer($0.optimizer) },
          Column("activations", .binaryBytes) { .integer($0.activations) },
          Column("buffer", .binaryBytes) { .integer($0.buffer) },
          Column("total", .binaryBytes) { .integer($0.total) },
        ]))
    return report
  }

  // MARK: Budget

  static func add(_ budget: RankBudget, to report: inout Report) {
    let answer = budget.answer
    report.add(
      "fits",
      Table(
        budget.fits,
        columns: fitColumns(withMemory: budget.isMemory)))
    var sentence = Report()
    sentence.add(detail: "method", .text(orNull: answer?.method?.rawValue))
    sentence.add(detail: "targets", .text(orNull: answer?.targets?.name))
    sentence.add(detail: "rank", answer?.rank.map(JSONTree.integer) ?? .null)
    sentence.add(note: budget.sentence)
    report.add("answer", title: "answer", sentence)
  }

  private static func fitColumns(withMemory: Bool) -> [Column<RankBudget.Fit>] {
    let method: [Column<RankBudget.Fit>] = [
      Column("method", .plain, alignment: .left) { .text(orMissing: $0.method?.rawValue) }
    ]
    let bytes: [Column<RankBudget.Fit>] = [
      Column("bytes", .binaryBytes) { .integer(orMissing: $0.bytes) }
    ]
    let shared: [Column<RankBudget.Fit>] = [
      Column("targets", .plain, alignment: .left) { .text(orMissing: $0.targets?.name) },
      Column("fits", .plain, alignment: .left) { .flag($0.fits) },
      Column("largest_rank", .plain) { fit in
        fit.targets == nil ? .missing : .integer(orMissing: fit.rank)
      },
      Column("parameters", .grouped) { .integer($0.parameters) },
    ]
    return (withMemory ? method : []) + shared + (withMemory ? bytes : [])
  }
}

extension JSONTree {
  fileprivate static func text(orNull text: String?) -> JSONTree {
    text.map(JSONTree.text) ?? .null
  }
}

extension RankBudget {
  fileprivate var isMemory: Bool { if case .memory = limit { true } else { false } }

  /// The answer for a person.
  fileprivate var sentence: String {
    let amount =
      switch limit {
      case .parameters(let count): Quantity.count(count).text + " trained parameters"
      case .memory(let bytes): Quantity.bytes(bytes).text
      }
    guard let answer, let targets = answer.targets, let rank = answer.rank else {
      return "Nothing fits into \(amount)."
    }
    let method = answer.method.map { "\($0.rawValue) on " } ?? ""
    let use =
      switch limit {
      case .parameters: Quantity.count(answer.parameters).text
      case .memory: Quantity(.integer(orMissing: answer.bytes), .binaryBytes).text
      }
    return "Into \(amount) fits \(method)\(targets.name) up to rank \(rank): \(use). "
      + "Low rank on many matrices beats high rank on few."
  }
}
