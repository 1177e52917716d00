import Kernels
import Tensors

/// The targets of a table as its records come by: classes, values, or what may yet be either.
struct TargetCollector<Scalar: DenseScalar> {
  private let layout: TableLayout
  private let form: NumberForm
  private var values = ElementList<Scalar>()
  private(set) var labels: LabelCollector
  /// Whether every target so far was a number, or missing among numbers.
  private var areNumbers = true
  private var firstMissingLine: Int?

  init(_ layout: TableLayout, _ form: NumberForm) {
    (self.layout, self.form) = (layout, form)
    labels = LabelCollector(form)
  }

  /// Makes room for so many rows.
  mutating func expect(_ count: Int) {
    values.expect(count * (layout.targetIsText ? 0 : layout.targets.count))
    labels.expect(layout.targetIsText ? count : 0)
  }

  /// Takes values that are numbers, of several rows.
  mutating func append(contentsOf numbers: [Scalar]) { values.append(contentsOf: numbers) }

  mutating func append(_ value: Scalar) { values.append(value) }

  /// Takes a value that is missing.
  mutating func appendMissing(line: Int) {
    values.append(.nan)
    firstMissingLine = firstMissingLine ?? line
  }

  /// Takes a target that may be a class or a number.
  ///
  /// What numbers the texts are is asked once for each different one, until there are too many.
  mutating func add(_ text: Span<UInt8>, _ field: Range<Int>, line: Int) {
    if !labels.overflowed {
      if field.isEmpty { return labels.addMissing(line: line) }
      labels.add(text, field, line: line)
      guard labels.overflowed else { return }
      takeValues()
    }
    guard layout.task == nil, areNumbers else { return }
    if let value = form.number(text, in: field), case let scalar = Scalar(value), scalar.isFinite {
      values.append(scalar)
    } else if form.isMissing(String(decoding: field.map { text[$0] }, as: UTF8.self)) {
      appendMissing(line: line)
    } else {
      areNumbers = false
    }
  }

  /// Makes numbers of the labels so far, where the task is open.
  private mutating func takeValues() {
    guard layout.task == nil, layout.targetIsText else { return }
    if let numbers = labels.values(as: Scalar.self) {
      values.append(contentsOf: numbers)
      firstMissingLine = labels.firstLineWithoutNumber
    } else {
      areNumbers = false
    }
  }

  /// Targets, and the rows that have none.
  struct Finding {
    let targets: Targets<Scalar>
    var classes: [String]?
    let missing: [Int]
    let firstMissingLine: Int?
    var remarks: [TableRemark] = []
  }

  /// What the targets are, when all records are in.
  ///
  /// - Parameters:
  ///   - known: The class names of the network, by id.
  ///   - outputs: How many outputs the network has, or nil for a new one.
  ///   - rows: Of the table.
  ///   - place: The target, for errors.
  /// - Returns: A target for each row, also for those that have none.
  /// - Throws: `TableError` for what cannot be a target.
  mutating func targets(
    known: [String]?, outputs: Int?, rows: Int, _ place: ColumnPlace
  ) throws(TableError) -> Finding {
    if !labels.overflowed { takeValues() }
    let isNew = known == nil && outputs == nil
    if try task(isNew: isNew, rows: rows, place) == .regression {
      if let outputs, outputs != layout.targets.count {
        throw place.error(.targetCount(found: layout.targets.count, expected: outputs))
      }
      let matrix = matrix()
      return Finding(
        targets: .values(matrix),
        missing: firstMissingLine == nil
          ? [] : (0..<matrix.rows).filter { row in matrix[row: row].contains { $0.isNaN } },
        firstMissingLine: firstMissingLine)
    }
    let found = try labels.classes(known: known, outputs: outputs, place)
    return Finding(
      targets: .labels(found.labels), classes: found.names,
      missing: found.labels.indices.filter { found.labels[$0] < 0 },
      firstMissingLine: found.firstMissingLine, remarks: found.remarks)
  }

  /// The task that was asked for, or the one that the target looks like.
  ///
  /// - Throws: `TableError` for whole numbers that may as well be values, and for what is neither
  ///   numbers nor classes.
  private func task(
    isNew: Bool, rows: Int, _ place: ColumnPlace
  ) throws(TableError) -> LearningTask {
    if let task = layout.task {
      if isNew, task == .classification { try checkSpelling(rows, place) }
      return task
    }
    guard areNumbers else {
      if isNew {
        try checkSpelling(rows, place)
        let count = labels.texts.count
        if count > Self.classLimit, 2 * count > rows {
          throw place.error(.rowsForClasses(found: count))
        }
      }
      return .classification
    }
    guard let count = labels.wholeNumberCount else { return .regression }
    // Ids and grades are few and come back; counts, prices and years are many or hardly do.
    guard count <= Self.classLimit, count <= 5 || rows >= 2 * count else {
      throw place.error(.openTask(found: count, isMore: labels.overflowed))
    }
    return .classification
  }

  /// Sees to it that what is taken for words is not numbers in another spelling, or dates.
  private func checkSpelling(_ rows: Int, _ place: ColumnPlace) throws(TableError) {
    var odd: OddFields?
    for (text, line) in zip(labels.texts, labels.firstLines) {
      if form.isMissing(text.text) || form.number(text.text) != nil { continue }
      if FieldShape(text.text) == .word { return }
      var fields = odd ?? OddFields(line: line, limit: LabelCollector.limit)
      fields.add(text.text)
      odd = fields
    }
    guard let odd, case let column = odd.column(beside: 0), column.kind != .words,
      column.kind != .names, column.kind != .strays
    else { return }
    throw place.error(.notNumbers(column, .target), line: odd.firstLine)
  }

  /// More different whole numbers than this are not taken for classes unasked.
  private static var classLimit: Int { 20 }

  /// The targets' columns, which were read in the file's order, in the order asked for.
  private mutating func matrix() -> Matrix<Scalar> {
    let matrix = Matrix(columns: layout.targets.count, elements: values.takeAll())
    let inFile = layout.targets.sorted()
    let order = layout.targets.map { inFile.firstIndex(of: $0) ?? 0 }
    guard order != Array(order.indices) else { return matrix }
    return Matrix(
      columns: order.count,
      elements: (0..<matrix.rows).flatMap { row in order.map { matrix[row, $0] } })
  }
}
