import Adapters
import Containers
import Reports
import Spectra
import Tensors

/// Joins the files that `combine` and `resize` name to the work in `Adapters`.
struct CombinationSession {
  let output: AdapterOutputOptions
  let threads: ThreadsOption
  let report: ReportOptions
  /// The checkpoint that the adapters are for, where a dialect needs it.
  let base: String?

  func combine(
    _ arguments: [WeightedAdapterArgument], _ settings: Combine.Settings, ignoresBase: Bool
  ) throws {
    let started = ContinuousClock.now
    try output.checkFree()
    try LinearAlgebra.open()
    let checkpoint = try base.map { try Checkpoint.open($0) }
    let adapters = try arguments.map { argument in
      let opened = try argument.open()
      return WeightedAdapter(
        try opened.adapter.settled(by: checkpoint), weight: opened.weight)
    }
    for adapter in adapters.map(\.adapter) { Warnings.say(adapter) }
    var combine = Combine(adapters, settings, threads: threads.count)
    combine.ignoresBaseFingerprint = ignoresBase
    let combination = try combine.run()
    try combination.write(
      to: output.output, options: output.containerOptions, threads: threads.count)
    var facts = Report()
    facts.add("output", "output", .text(output.output))
    facts.add("method", "method", .text(settings.method.rawValue))
    facts.add("modules", "modules", .count(combination.modules.count))
    facts.add("parameters", "parameters", .count(combination.adapter.parameterCount))
    facts.add("error", "error", .number(combination.error))
    facts.add("seconds", "time", .elapsed(since: started))
    facts.add("module_table", Table(combination.modules, columns: Self.combined))
    try report.show(facts, besideOutputOnStdout: output.isStandardOutput)
  }

  func resize(_ path: String, to choice: RankChoice) throws {
    let started = ContinuousClock.now
    try output.checkFree()
    try LinearAlgebra.open()
    let checkpoint = try base.map { try Checkpoint.open($0) }
    let opened = try AdapterFile.open(path)
    // What becomes a pair has to know the kernels of convolutions.
    let staysAsItIs =
      opened.dialect == .kohya && base == nil && AdapterFile.isSingleFile(output.output)
      && opened.changes.isEmpty
    let adapter = staysAsItIs ? opened : try opened.settled(by: checkpoint)
    Warnings.say(adapter)
    var resize = Resize(adapter, to: choice, threads: threads.count)
    resize.weightShapes = Self.shapes(checkpoint?.entries ?? [])
    let result = try resize.run()
    let write = staysAsItIs ? result.writeAsItWas : result.write
    try write(output.output, output.containerOptions, threads.count)
    var facts = Report()
    facts.add("output", "output", .text(output.output))
    facts.add("modules", "modules", .count(result.modules.count))
    facts.add("parameters", "parameters", .count(result.adapter.parameterCount))
    facts.add("parameters_before", "parameters before", .count(adapter.parameterCount))
    facts.add("error", "error", .number(result.error))
    facts.add("seconds", "time", .elapsed(since: started))
    facts.add("module_table", Table(result.modules, columns: Self.resized))
    if adapter.updates.contains(where: { $0.magnitude != nil }) {
      facts.add(
        note: "DoRA: the errors are those of the directions s·B·A; magnitudes are kept as they are."
      )
    }
    try report.show(facts, besideOutputOnStdout: output.isStandardOutput)
  }

  /// The shapes of weights, by their modules.
  private static func shapes(_ entries: [TensorEntry]) -> [String: Shape] {
    let ending = ".weight"
    return Dictionary(
      entries.filter { $0.name.hasSuffix(ending) }.map {
        (String($0.name.dropLast(ending.count)), $0.shape)
      }, uniquingKeysWith: { first, _ in first })
  }

  private static let combined: [Column<Combine.Module>] = [
    Column("module") { $0.name },
    Column("adapters", .plain) { .integer($0.adapterCount) },
    Column("rank", .plain) { .integer($0.rank) },
    Column("norm", .significant(4)) { .number($0.norm) },
    Column("error", .significant(4)) { .number($0.error) },
  ]

  private static let resized: [Column<Resize.Module>] = [
    Column("module") { $0.name },
    Column("rank", .plain) { .integer($0.rank.old) },
    Column("new_rank", .plain) { .integer($0.rank.new) },
    Column("norm", .significant(4)) { .number($0.norm) },
    Column("error", .significant(4)) { .number($0.error) },
  ]
}
