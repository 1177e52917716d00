import Reports
import Training

/// Ways to train the same network on the same rows, side by side.
struct ComparisonTable {
  typealias Row = (name: String, contender: TrainingReport.Contender)

  let contenders: [Row]

  /// For a person.
  var text: Table {
    let columns: [Column<Row>] = [
      Column("trained") { $0.name },
      Column("parameters", .grouped) { .integer($0.contender.parameters) },
      Column("optimizer memory", .binaryBytes) { .integer($0.contender.optimizerBytes) },
      Column("loss", .significant(4)) { .number($0.contender.after.loss) },
    ]
    return Table(
      contenders,
      columns: columns + quality.map(\.column) + [
        Column("time", .seconds) { .number($0.contender.seconds) }
      ])
  }

  var json: JSONTree {
    .array(
      contenders.map { row in
        let (name, contender) = row
        return .object(
          [
            .init("trained", .text(name == "adapter" ? name : "all")),
            .init("parameters", .integer(contender.parameters)),
            .init("optimizer_bytes", .integer(contender.optimizerBytes)),
            .init("loss", .number(contender.after.loss)),
          ] + quality.map { .init($0.name, JSONTree($0.value(contender.after))) } + [
            .init("seconds", .number(contender.seconds))
          ])
      })
  }

  /// One measure of quality.
  private struct Measure {
    let name: String
    let format: Format
    let value: @Sendable (Evaluation) -> Value

    var column: Column<Row> {
      Column(name, format) { [value] in value($0.contender.after) }
    }
  }

  private var quality: [Measure] {
    switch contenders.first?.contender.after.quality {
    case .accuracy:
      [Measure(name: "accuracy", format: .percent) { .number($0.accuracy ?? .nan) }]
    case .errors:
      [
        Measure(name: "mae", format: .significant(4)) { .number($0.errors.absolute) },
        Measure(name: "rmse", format: .significant(4)) { .number($0.errors.root) },
        Measure(name: "r2", format: .significant(4)) { .number($0.errors.explained) },
      ]
    case nil: []
    }
  }
}
