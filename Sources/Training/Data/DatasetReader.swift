import Kernels
import Tensors

/// What a network is trained for.
package enum LearningTask: String, Sendable, CaseIterable {
  case classification
  case regression
}

/// Which column is the target.
package enum TargetColumn: Sendable, Equatable {
  case last
  /// A column's name, or else its index from 0.
  case named(String)
  /// No target is read: the column of that name if there is one, or the last when there is one
  /// column more than `features`, is passed over.
  case ignored(String?, features: Int)
}

/// Reads a table of numbers and a target from CSV.
///
/// The first record names the columns (without a header they are `0`, `1`, `2`, …). Every column but
/// the target is a feature, in the file's order: a finite decimal number in every row.
package struct DatasetReader: Sendable {
  package var hasHeader = true
  package var target = TargetColumn.last
  /// Nil: a target of numbers that are not all whole is a regression, any other a classification.
  package var task: LearningTask?
  /// The network's class names by id, when it has them.
  package var classes: [String]?
  /// How many outputs the network has, when there is one.
  package var outputs: Int?
  /// How many features the network reads, when there is one.
  package var inputs: Int?
  /// The names of the features that the network was trained on, when it knows them.
  package var columns: [String]?

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
    let names = try columnNames(reader)
    let target = try targetIndex(names, reader)
    let layout = TableLayout(
      names: names, target: target, isTargetRead: isTargetRead, task: task)
    try check(layout, reader)
    var rows = RowCollector<Scalar>(layout)
    var hasRow = true
    if hasHeader { hasRow = try reader.next() }
    while hasRow {
      try rows.add(reader)
      hasRow = try reader.next()
    }
    return try rows.dataset(classes: classes, outputs: outputs, file: reader.file)
  }

  private var isTargetRead: Bool {
    if case .ignored = target { false } else { true }
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

  private func targetIndex(
    _ names: [String], _ reader: CSVReader
  ) throws(TableError) -> Int? {
    func index(_ wanted: String) -> Int? {
      names.firstIndex { ExactString($0) == ExactString(wanted) }
    }
    switch target {
    case .last:
      return names.count - 1
    case .named(let wanted):
      if let found = index(wanted) { return found }
      if let number = Int(wanted), names.indices.contains(number) { return number }
      throw reader.error(.noSuchColumn(available: names), column: wanted)
    case .ignored(let wanted, let features):
      if let found = wanted.flatMap(index) { return found }
      return names.count == features + 1 ? names.count - 1 : nil
    }
  }

  /// Compares the columns with what the network reads.
  private func check(_ layout: TableLayout, _ reader: CSVReader) throws(TableError) {
    let features = layout.features
    guard !features.isEmpty else { throw reader.error(.noFeatures) }
    if let inputs, inputs != features.count {
      throw reader.error(.featureCount(found: features.count, expected: inputs))
    }
    guard hasHeader, let columns, columns.count == features.count else { return }
    for (feature, expected) in zip(features, columns)
    where ExactString(layout.names[feature]) != ExactString(expected) {
      throw reader.error(.columnName(expected: expected), column: layout.names[feature])
    }
  }
}

/// Which column is what.
struct TableLayout {
  let names: [String]
  let target: Int?
  let isTargetRead: Bool
  let task: LearningTask?

  /// The indices of the feature columns.
  var features: [Int] { names.indices.filter { $0 != target } }
}
