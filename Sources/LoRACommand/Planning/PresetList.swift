import Models
import Reports

/// The table of `--list-presets`.
enum PresetList {
  static func report() throws -> Report {
    let rows = try ModelPreset.all.map { (name: $0.name, outline: try $0.outline()) }
    var report = Report()
    report.add(
      "presets",
      Table(
        rows,
        columns: [
          Column("preset") { $0.name },
          Column("architecture", .plain, alignment: .left) { .text(orMissing: $0.outline.type) },
          Column("parameters", .grouped) { .integer($0.outline.parameterCount) },
          Column("bytes", .binaryBytes) { .integer($0.outline.byteCount) },
        ]))
    return report
  }
}
