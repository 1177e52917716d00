import Kernels
import Tensors

/// What a network is trained for.
package enum LearningTask: String, Sendable, CaseIterable {
  case classification
  case regression
}

/// Which columns are the targets.
package enum TargetColumn: Sendable, Equatable {
  /// The last column that is not dropped.
  case last
  /// Lists of columns, as in `ColumnChoice`; several are values.
  case columns([String])
  /// Columns of exactly these names, as a network recorded them.
  case recorded([String])
  /// No target is read: the columns of those names if there are any, or the last when there is one
  /// column more than `features`, are passed over.
  case ignored([String], features: Int)

  package static func named(_ name: String) -> TargetColumn { .columns([name]) }
}

/// Reads a table of numbers, words and a target from CSV.
///
/// The first record names the columns (without a header they are `0`, `1`, `2`, …). Every column but
/// the target is a feature unless some are chosen, in the file's order: a finite decimal number in
/// every row, true or false (yes or no) for 1 or 0, or a word of a categorical column. A network that
/// recorded names finds its columns by them, wherever they stand.
package struct DatasetReader: Sendable {
  package var form = TableForm()
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
  /// Lists of columns whose texts are kept beside the features.
  package var kept: [String] = []
  /// Whether a word that the network does not know is no category; otherwise it is an error.
  package var unknownIsNone = false
  /// Whether rows without a target are left out; otherwise they are an error.
  package var dropsMissingTargets = false
  package var workers = Workers.one

  package init() {}

  package var hasHeader: Bool {
    get { form.hasHeader }
    set { form.hasHeader = newValue }
  }

  /// Reads all records.
  ///
  /// - Throws: `TableError` with line and column, `TableFaults` for several things that are wrong, or
  ///   what the reader's source throws.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  package func read<Scalar: DenseScalar>(
    _ reader: inout CSVReader, as scalar: Scalar.Type = Scalar.self
  ) throws -> Dataset<Scalar> {
    guard try reader.next() else { throw TableError(file: reader.file, .empty) }
    let finder = ColumnFinder(try columnNames(reader), reader)
    let layout = try LayoutFinder(reader: self, finder: finder).layout()
    var numbers = form.numbers
    numbers.missing.formUnion(schema.missingWords)
    var rows = RowCollector<Scalar>(layout, numbers, expectedSize: reader.expectedSize)
    if !hasHeader { rows.add(reader) }
    let records = rows.records(reader)
    repeat {
      if let records {
        try reader.takePlainRecords(records, workers) { plain, bytes, line in
          rows.add(plain, of: bytes, line: line)
        }
      }
      guard try reader.next() else { break }
      rows.add(reader)
    } while true
    let rules = RowCollector<Scalar>.Rules(
      unknownIsNone: unknownIsNone, dropsMissingTargets: dropsMissingTargets,
      classes: schema.classes, outputs: outputs)
    return try rows.dataset(
      rules, file: reader.file,
      assumedTarget: target == .last ? layout.targets.first.map { layout.names[$0] } : nil)
  }

  private func columnNames(_ reader: CSVReader) throws(TableError) -> [String] {
    guard hasHeader else { return reader.fields.indices.map(String.init) }
    let names = reader.fields.indices.map { reader.text($0) }
    let known = Set((schema.columns ?? []).map { ExactString($0) })
    let areKnown = !known.isEmpty && known.isSubset(of: names.map { ExactString($0) })
    if !form.numbersAreNames, !areKnown, NumberedHeader(names).isRow {
      throw reader.error(.numbersForNames(first: names[0]))
    }
    var seen: Set<ExactString> = []
    for name in names where !seen.insert(ExactString(name)).inserted {
      throw reader.error(.duplicateColumn, column: name)
    }
    return names
  }
}
