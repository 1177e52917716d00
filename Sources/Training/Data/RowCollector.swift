import Kernels
import Tensors

/// The values of a table as its records come by.
struct RowCollector<Scalar: DenseScalar> {
  private let layout: TableLayout
  private var features: [Scalar] = []
  private var labels = LabelCollector()
  /// The target as numbers, while every one of them is one.
  private var values: [Scalar]? = []

  init(_ layout: TableLayout) {
    self.layout = layout
  }

  /// Takes the reader's current record.
  mutating func add(_ reader: CSVReader) throws(TableError) {
    guard reader.fields.count == layout.names.count else {
      throw reader.error(
        .fieldCount(found: reader.fields.count, expected: layout.names.count))
    }
    for column in reader.fields.indices {
      if column != layout.target {
        features.append(try number(column, reader))
      } else if layout.isTargetRead {
        try addTarget(column, reader)
      }
    }
  }

  private mutating func addTarget(_ column: Int, _ reader: CSVReader) throws(TableError) {
    if reader.fields[column].isEmpty {
      throw reader.error(.missingValue, column: layout.names[column])
    }
    if layout.task != .regression {
      labels.add(reader.text(column), line: reader.line)
    }
    switch layout.task {
    case .regression:
      let value = try number(column, reader)
      values?.append(value)
    case .classification:
      break
    case nil:
      if let value = try? number(column, reader) { values?.append(value) } else { values = nil }
    }
  }

  private func number(_ column: Int, _ reader: CSVReader) throws(TableError) -> Scalar {
    let field = reader.fields[column]
    if let value = decimalNumber(reader.bytes.span, in: field) {
      let scalar = Scalar(value)
      if scalar.isFinite { return scalar }
    }
    throw reader.error(numberFault(reader.text(column)), column: layout.names[column])
  }

  /// Why a field is no finite number.
  private func numberFault(_ text: String) -> TableError.Reason {
    if text.isEmpty { return .missingValue }
    let isOverflow = decimalNumber(Array(text.utf8).span, in: 0..<text.utf8.count) != nil
    let word = text.drop { $0 == "+" || $0 == "-" }.lowercased()
    return isOverflow || ["nan", "inf", "infinity"].contains(word)
      ? .notFinite(text) : .notANumber(text)
  }

  /// The table, when all records are in.
  func dataset(
    classes: [String]?, outputs: Int?, file: String
  ) throws(TableError) -> Dataset<Scalar> {
    guard !features.isEmpty else { throw TableError(file: file, .noRows) }
    let columns = layout.features.map { layout.names[$0] }
    let matrix = Matrix(columns: columns.count, elements: features)
    let target = layout.isTargetRead ? layout.target.map { layout.names[$0] } : nil
    guard let target else {
      return Dataset(columns: columns, target: nil, features: matrix, targets: .none)
    }
    if let values, task == .regression {
      return Dataset(
        columns: columns, target: target, features: matrix,
        targets: .values(Matrix(columns: 1, elements: values)))
    }
    let (ids, names) = try labels.classes(
      known: classes, outputs: outputs, file: file, column: target)
    return Dataset(
      columns: columns, target: target, features: matrix, targets: .labels(ids), classes: names)
  }

  /// The task that was asked for, or the one that the target looks like.
  private var task: LearningTask {
    if let task = layout.task { return task }
    guard values != nil else { return .classification }
    return labels.overflowed || !labels.areWholeNumbers ? .regression : .classification
  }
}
