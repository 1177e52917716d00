import Kernels
import Tensors

/// The values of a table as its records come by.
struct RowCollector<Scalar: DenseScalar> {
  private let layout: TableLayout
  private let roles: [FieldRole]
  /// The columns of words, in the file's order.
  private let textColumns: [Int]
  /// The features that are numbers, in the file's order.
  private let numberColumns: [Int]
  private var rows = 0
  /// For each row the texts of the columns that are kept.
  private(set) var kept: [[String]] = []
  private var features = ElementList<Scalar>()
  private var targets = ElementList<Scalar>()
  private var labels = LabelCollector()
  private var categories: [Int: LabelCollector] = [:]
  /// Whether every target so far was a number.
  private var targetsAreNumbers = true

  /// The size of the file, where that is known and not yet made use of.
  private var expectedSize: Int?

  init(_ layout: TableLayout, expectedSize: Int? = nil) {
    (self.layout, self.expectedSize) = (layout, expectedSize)
    roles = layout.names.indices.map(layout.role)
    textColumns = roles.indices.filter { [roles] in roles[$0] == .text }
    numberColumns = roles.indices.filter { [roles] in roles[$0] == .feature }
    for column in layout.categories.keys { categories[column] = LabelCollector() }
  }

  /// Takes plain records of `bytes`, the first of which begins on `line` or later.
  mutating func add(_ records: PlainRecords<Scalar>, of bytes: [UInt8], line: Int) {
    rows += records.rows
    expectRows(like: records)
    features.append(contentsOf: records.features)
    targets.append(contentsOf: records.targets)
    let width = textColumns.count
    let text = bytes.span
    for (place, column) in textColumns.enumerated() {
      let isTarget = layout.targets.contains(column)
      for row in 0..<records.rows {
        let field = records.texts[row * width + place]
        let line = line + Int(records.lines[row])
        if isTarget {
          addTarget(text, field, line: line)
        } else {
          categories[column]?.add(text, field, line: line)
        }
      }
    }
  }

  /// Makes room for the whole file from what its first records are like, and a fourth more.
  private mutating func expectRows(like records: PlainRecords<Scalar>) {
    guard let size = expectedSize, records.rows >= 100 else { return }
    expectedSize = nil
    let count = Int(1.25 * Double(size) * Double(records.rows) / Double(records.byteCount))
    features.expect(count * numberColumns.count)
    targets.expect(count * roles.count { $0 == .target })
    labels.expect(textColumns.isEmpty ? 0 : count)
  }

  /// Takes the reader's current record.
  mutating func add(_ reader: CSVReader) throws(TableError) {
    guard reader.fields.count == layout.names.count else {
      throw reader.error(
        .fieldCount(found: reader.fields.count, expected: layout.names.count))
    }
    for column in reader.fields.indices {
      switch roles[column] {
      case .skipped: break
      case .feature: features.append(try number(column, reader, orMissing: layout.allowsMissing))
      case .target: targets.append(try number(column, reader, orMissing: false))
      case .text: try addText(column, reader)
      }
    }
    if !layout.kept.isEmpty { kept.append(layout.kept.map { reader.text($0) }) }
    rows += 1
  }

  private mutating func addText(_ column: Int, _ reader: CSVReader) throws(TableError) {
    let isTarget = layout.targets.contains(column)
    let field = reader.fields[column]
    if field.isEmpty {
      guard !isTarget, layout.allowsMissing else {
        throw reader.error(.missingValue, column: layout.names[column])
      }
      categories[column]?.addMissing()
    } else if isTarget {
      addTarget(reader.bytes.span, field, line: reader.line)
    } else {
      categories[column]?.add(reader.bytes.span, field, line: reader.line)
    }
  }

  /// Takes a target that may be a class or a number.
  ///
  /// What numbers the texts are is asked once for each different one, until there are too many.
  private mutating func addTarget(_ text: Span<UInt8>, _ field: Range<Int>, line: Int) {
    if !labels.overflowed {
      labels.add(text, field, line: line)
      guard labels.overflowed else { return }
      takeValues()
    }
    if layout.task == nil, targetsAreNumbers { addValue(decimalNumber(text, in: field)) }
  }

  /// Makes numbers of the labels so far, where the task is open.
  private mutating func takeValues() {
    guard layout.task == nil else { return }
    if let values = labels.values(as: Scalar.self) {
      targets.append(contentsOf: values)
    } else {
      targetsAreNumbers = false
    }
  }

  /// Takes a target that may turn out to be a number.
  private mutating func addValue(_ value: Double?) {
    if let value, case let scalar = Scalar(value), scalar.isFinite {
      targets.append(scalar)
    } else {
      targetsAreNumbers = false
    }
  }

  private func number(
    _ column: Int, _ reader: CSVReader, orMissing: Bool
  ) throws(TableError) -> Scalar {
    let field = reader.fields[column]
    if let value = decimalNumber(reader.bytes.span, in: field) {
      let scalar = Scalar(value)
      if scalar.isFinite { return scalar }
    }
    let text = reader.text(column)
    if orMissing, isMissing(text) { return .nan }
    throw reader.error(numberFault(text), column: layout.names[column])
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
  mutating func dataset(
    classes: [String]?, outputs: Int?, file: String
  ) throws(TableError) -> Dataset<Scalar> {
    guard rows > 0 else { throw TableError(file: file, .noRows) }
    if !labels.overflowed { takeValues() }
    let (sources, matrix) = try encodedFeatures(file)
    let names = layout.isTargetRead ? layout.targets.map { layout.names[$0] } : []
    guard let target = names.first else {
      return Dataset(sources: sources, targetNames: [], features: matrix, targets: .none)
    }
    if try task(of: target, file) == .regression {
      if let outputs, outputs != names.count {
        throw TableError(file: file, .targetCount(found: names.count, expected: outputs))
      }
      return Dataset(
        sources: sources, targetNames: names, features: matrix, targets: .values(targetMatrix()))
    }
    let (ids, classes) = try labels.classes(
      known: classes, outputs: outputs, file: file, column: target)
    return Dataset(
      sources: sources, targetNames: names, features: matrix, targets: .labels(ids),
      classes: classes)
  }

  /// The targets' columns, which were read in the file's order, in the order asked for.
  private mutating func targetMatrix() -> Matrix<Scalar> {
    let matrix = Matrix(columns: layout.targets.count, elements: targets.takeAll())
    let inFile = layout.targets.sorted()
    let order = layout.targets.map { inFile.firstIndex(of: $0) ?? 0 }
    guard order != Array(order.indices) else { return matrix }
    return Matrix(
      columns: order.count,
      elements: (0..<matrix.rows).flatMap { row in order.map { matrix[row, $0] } })
  }

  /// The features in the network's order, words one-hot.
  private mutating func encodedFeatures(
    _ file: String
  ) throws(TableError) -> ([FeatureSource], Matrix<Scalar>) {
    var sources: [FeatureSource] = []
    var words: [Int: [Int32]] = [:]
    for column in layout.features {
      var names: [String]?
      if let collector = categories[column] {
        let (rows, known) = try collector.categories(
          known: layout.categories[column] ?? nil, file: file, column: layout.names[column])
        (words[column], names) = (rows, known)
      }
      sources.append(FeatureSource(column: layout.names[column], categories: names))
    }
    let numbers = features.takeAll()
    if words.isEmpty, layout.features == numberColumns {
      return (sources, Matrix(columns: sources.count, elements: numbers))
    }
    let width = sources.reduce(0) { $0 + $1.width }
    var matrix = Matrix<Scalar>(rows: rows, columns: width)
    var start = 0
    for (column, source) in zip(layout.features, sources) {
      if let words = words[column] {
        for row in 0..<rows where words[row] >= 0 {
          matrix.elements[row * width + start + Int(words[row])] = 1
        }
      } else if let place = numberColumns.firstIndex(of: column) {
        for row in 0..<rows {
          matrix.elements[row * width + start] = numbers[row * numberColumns.count + place]
        }
      }
      start += source.width
    }
    return (sources, matrix)
  }

  /// The task that was asked for, or the one that the target looks like.
  ///
  /// - Throws: `TableError` for whole numbers that may as well be values.
  private func task(of target: String, _ file: String) throws(TableError) -> LearningTask {
    if let task = layout.task { return task }
    guard targetsAreNumbers else { return .classification }
    guard let count = labels.wholeNumberCount else { return .regression }
    // Ids and grades are few and come back; counts, prices and years are many or hardly do.
    guard count <= Self.classLimit, count <= 5 || rows >= 2 * count else {
      throw TableError(
        file: file, column: target,
        .openTask(found: count, isMore: labels.overflowed))
    }
    return .classification
  }

  /// More different whole numbers than this are not taken for classes unasked.
  private static var classLimit: Int { 20 }
}

/// Whether a field says that its value is missing; the kernel knows the same words.
private func isMissing(_ text: String) -> Bool {
  ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "?"].contains(text)
}
