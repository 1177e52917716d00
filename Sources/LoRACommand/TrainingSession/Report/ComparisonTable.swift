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
      Column("rows") { $0.contender.after.all[0].rows.rawValue },
      Column("loss", .significant(4)) { .number($0.contender.after.judged.loss) },
    ]
    return Table(
      contenders,
      columns: columns + measures.map { $0.column(\.contender.after.judged) } + [
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
            .init("rows", .text(contender.after.all[0].rows.rawValue)),
            .init("loss", .number(contender.after.judged.loss)),
          ]
            + measures.map { .init($0.key, .number($0.value(contender.after.judged) ?? .nan)) } + [
              .init("seconds", .number(contender.seconds))
            ])
      })
  }

  private var measures: [ScoreMeasure] {
    ScoreMeasure.measures(like: contenders.first?.contender.after.judged)
  }
}
