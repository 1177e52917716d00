import Reports
import Tables
import Tensors
import Training

/// What was found in the tables of a run.
struct TableSummary {
  private let tables: TrainingTables

  init(_ tables: TrainingTables) {
    self.tables = tables
  }

  private var data: Dataset<Float> { tables.training }
  private static let listLimit = 8

  // MARK: For a person

  /// As `3 numbers: a, b, c; 1 word column: city (Bern, Ulm)`.
  var features: String {
    let numbers = data.sources.filter { $0.categories == nil }.map(\.column)
    let words = data.sources.filter { $0.categories != nil }
    var parts: [String] = []
    if !numbers.isEmpty {
      parts.append("\(counted(numbers.count, "number")): \(listed(numbers))")
    }
    if !words.isEmpty {
      parts.append(
        "\(counted(words.count, "column")) of words: "
          + listed(words.map { "\($0.column) (\(listed($0.categories ?? [])))" }))
    }
    return parts.joined(separator: "; ")
  }

  /// As `label: 2 classes: no (300 rows), yes (211 rows)`.
  var target: String {
    let names = listed(data.targetNames)
    guard let rows = data.classCounts else {
      return "\(names): \(counted(data.targetNames.count, "value"))"
    }
    let classes = rows.indices.map { "\(className($0)) (\(grouped(rows[$0])))" }
    let count = rows.count == 1 ? "1 class" : "\(grouped(rows.count)) classes"
    return "\(names): \(count): \(listed(classes))"
  }

  /// What is done to the features; nil when nothing is.
  var preparation: String? {
    guard let scaling = tables.scaling else { return nil }
    var parts: [String] = []
    if scaling.fill != nil { parts.append("missing numbers filled") }
    if scaling.standardizes {
      parts.append("standardized by the means and deviations in the network")
    }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  /// What is validated on, or why nothing is.
  var validation: String {
    tables.validation.map { "\(counted($0.rows, "row")) \(tables.validationOrigin)" }
      ?? tables.validationOrigin
  }

  private func className(_ id: Int) -> String { data.classes?[id] ?? "\(id)" }

  private func listed(_ names: [String]) -> String {
    let shown = names.prefix(Self.listLimit).joined(separator: ", ")
    let rest = names.count - Self.listLimit
    return rest > 0 ? "\(shown) and \(grouped(rest)) more" : shown
  }

  // MARK: For JSON

  /// A member for each column that is read.
  var columns: JSONTree {
    .array(
      data.sources.map { source in
        var members = [
          JSONTree.Member("column", .text(source.column)),
          JSONTree.Member("type", .text(source.categories == nil ? "number" : "category")),
        ]
        if let categories = source.categories {
          members.append(.init("categories", .array(categories.map { .text($0) })))
        }
        return .object(members)
      })
  }

  var targets: JSONTree { .array(data.targetNames.map { .text($0) }) }

  /// How many rows each class has; null for values.
  var classRows: JSONTree {
    guard let rows = data.classCounts else { return .null }
    return .array(
      rows.indices.map { id in
        .object([
          .init("class", .text(className(id))), .init("rows", .integer(rows[id])),
        ])
      })
  }
}
