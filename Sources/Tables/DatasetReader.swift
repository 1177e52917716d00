import Kernels
import Tensors

/// What a network is trained for.
package enum LearningTask: String, Sendable, CaseIterable {
  case classification
  case regression
}

/// Which columns are the targets.
package enum TargetColumn: Sendable, Equatable {
  case last
  /// Each a column's name, or else its index from 0; several are values.
  case columns([String])
  /// No target is read: the columns of those names if there are any, or the last when there is one
  /// column more than `features`, are passed over.
  case ignored([String], features: Int)

  package static func named(_ name: String) -> TargetColumn { .columns([name]) }
}

/// Reads a table of numbers, words and a target from CSV.
///
/// The first record names the columns (without a header they are `0`, `1`, `2`, …). Every column but
/// the target is a feature unless some are chosen, in the file's order: a finite decimal number in
/// every row, or a word of a categorical column.
package struct DatasetReader: Sendable {
  package var hasHeader = true
  package var target = TargetColumn.last
  /// What the network knows of its table; without a task, a target of numbers that are not all whole is
  /// a regression, any other a classification.
  package var schema = TableSchema()
  /// What is chosen where the network does not know its columns.
  package var choice = ColumnChoice()
  /// How many outputs the network has, when there is one.
  package var outputs: Int?
  /// How many features the network reads, when there is one.
  package var inputs: Int?
  /// Columns whose texts are kept beside the features, by name or index.
  package var kept: [String] = []
  package var workers = Workers.one

  package init() {}

  /// Reads all records.
  ///
  /// - Throws: `TableError` with line and column, or what the reader's source throws.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func read<Scalar: DenseScalar>(
    _ reader: inout CSVReader, as scalar: Scalar.Type = Scalar.self
  ) throws -> Dataset<Scalar> {
    guard try reader.next() else { throw TableError(file: reader.file, .empty) }
    let layout = try layout(columnNames(reader), reader)
    var rows = RowCollector<Scalar>(layout, expectedSize: reader.expectedSize)
    if !hasHeader { try rows.add(reader) }
    let records = layout.records(
      delimiter: reader.delimiter ?? UInt8(ascii: ","), comment: reader.comment)
    repeat {
      // Texts are kept by the general reader alone.
      if kept.isEmpty {
        try reader.takePlainRecords(records, workers) { plain, bytes, line in
          rows.add(plain, of: bytes, line: line)
        }
      }
      guard try reader.next() else { break }
      try rows.add(reader)
    } while true
    var dataset = try rows.dataset(classes: schema.classes, outputs: outputs, file: reader.file)
    dataset.kept = rows.kept
    return dataset
  }

  private func columnNames(_ reader: CSVReader) throws(TableError) -> [String] {
    guard hasHeader else { return reader.fields.indices.map(String.init) }
    let names = reader.fields.indices.map { reader.text($0) }
    var seen: Set<ExactString> = []
    for name in names where !seen.insert(ExactString(name)).inserted {
      throw reader.error(.duplicateColumn, column: name)
    }
    return names
  }

  // MARK: Which column is what

  private func layout(
    _ names: [String], _ reader: CSVReader
  ) throws(TableError) -> TableLayout {
    let targets = try targetIndices(names, reader)
    var (features, categories): ([Int], [Int: [String]?]) = ([], [:])
    if let sources = schema.sources {
      for source in sources {
        let column = try index(source.column, names, reader)
        features.append(column)
        if let known = source.categories { categories[column] = .some(known) }
      }
    } else {
      features = try chosenFeatures(names, targets, reader)
      for name in choice.categorical {
        let column = try index(name, names, reader)
        guard features.contains(column) else {
          throw reader.error(.notAFeature, column: names[column])
        }
        categories[column] = .some(nil)
      }
      if categories.isEmpty { try check(features, names, reader) }
    }
    guard !features.isEmpty else { throw reader.error(.noFeatures) }
    var keptColumns: [Int] = []
    for name in kept { keptColumns.append(try index(name, names, reader)) }
    return TableLayout(
      names: names, kept: keptColumns, features: features, categories: categories, targets: targets,
      isTargetRead: isTargetRead, task: targets.count > 1 ? .regression : schema.task,
      allowsMissing: choice.fill != nil || schema.scaling?.fill != nil)
  }

  private var isTargetRead: Bool {
    if case .ignored = target { false } else { true }
  }

  private func position(_ wanted: String, _ names: [String]) -> Int? {
    let exact = ExactString(wanted)
    if let found = names.firstIndex(where: { ExactString($0) == exact }) { return found }
    return Int(wanted).flatMap { names.indices.contains($0) ? $0 : nil }
  }

  private func index(
    _ wanted: String, _ names: [String], _ reader: CSVReader
  ) throws(TableError) -> Int {
    guard let found = position(wanted, names) else {
      throw reader.error(.noSuchColumn(available: names), column: wanted)
    }
    return found
  }

  private func targetIndices(
    _ names: [String], _ reader: CSVReader
  ) throws(TableError) -> [Int] {
    switch target {
    case .last:
      return [names.count - 1]
    case .columns(let wanted):
      var indices: [Int] = []
      for name in wanted { indices.append(try index(name, names, reader)) }
      return indices
    case .ignored(let wanted, let features):
      let found = wanted.compactMap { name in
        names.firstIndex { ExactString($0) == ExactString(name) }
      }
      if !found.isEmpty { return found }
      let passedOver = Set(choice.dropped.compactMap { position($0, names) })
      let left = names.indices.filter { !passedOver.contains($0) }
      return schema.sources == nil && left.count == features + 1 ? left.suffix(1) : []
    }
  }

  private func chosenFeatures(
    _ names: [String], _ targets: [Int], _ reader: CSVReader
  ) throws(TableError) -> [Int] {
    var left = Set(names.indices).subtracting(targets)
    for name in choice.dropped { left.remove(try index(name, names, reader)) }
    guard let chosen = choice.chosen else { return left.sorted() }
    var features: [Int] = []
    for name in chosen {
      let column = try index(name, names, reader)
      guard left.contains(column), !features.contains(column) else {
        throw reader.error(.notAFeature, column: names[column])
      }
      features.append(column)
    }
    return features
  }

  /// Compares the columns with what the network reads.
  private func check(
    _ features: [Int], _ names: [String], _ reader: CSVReader
  ) throws(TableError) {
    guard !features.isEmpty else { throw reader.error(.noFeatures) }
    if let inputs, inputs != features.count {
      throw reader.error(.featureCount(found: features.count, expected: inputs))
    }
    guard hasHeader, let columns = schema.columns, columns.count == features.count else { return }
    for (feature, expected) in zip(features, columns)
    where ExactString(names[feature]) != ExactString(expected) {
      throw reader.error(.columnName(expected: expected), column: names[feature])
    }
  }
}
