import Kernels
import Tensors

/// The values of a table as its records come by, and what is wrong with them.
struct RowCollector<Scalar: DenseScalar> {
  let layout: TableLayout
  let form: NumberForm
  private let roles: [FieldRole]
  /// The columns of words, in the file's order.
  private let textColumns: [Int]
  /// The features that are numbers, in the file's order.
  let numberColumns: [Int]
  private(set) var rows = 0
  /// For each row the texts of the columns that are kept.
  private(set) var kept: [[String]] = []
  var features = ElementList<Scalar>()
  var targets: TargetCollector<Scalar>
  private(set) var categories: [Int: LabelCollector] = [:]

  /// Columns of numbers with fields that are none.
  private(set) var odd: [Int: OddFields] = [:]
  /// Columns in which a value is missing that must not be.
  private(set) var missing: [Int: MissingFields] = [:]
  /// Columns of numbers with truth values, and what is known of the first of these.
  private(set) var truths: [Int: (line: Int?, text: String)] = [:]
  /// Records with another number of fields.
  private(set) var ragged: (rows: Int, firstLine: Int, found: Int)?

  /// The size of the file, where that is known and not yet made use of.
  private var expectedSize: Int?

  init(_ layout: TableLayout, _ form: NumberForm, expectedSize: Int? = nil) {
    (self.layout, self.form, self.expectedSize) = (layout, form, expectedSize)
    targets = TargetCollector(layout, form)
    roles = layout.names.indices.map(layout.role)
    textColumns = roles.indices.filter { [roles] in roles[$0] == .text }
    numberColumns = roles.indices.filter { [roles] in roles[$0] == .feature }
    for column in layout.categories.keys { categories[column] = LabelCollector(form) }
  }

  /// How plain records are taken; nil where only the general reader knows what fields mean.
  func records(_ reader: CSVReader) -> RecordLayout? {
    let delimiter = reader.delimiter ?? UInt8(ascii: ",")
    // Texts are kept by the general reader alone.
    guard layout.kept.isEmpty, !form.missingLooksLikeValue, delimiter != form.decimal else {
      return nil
    }
    return RecordLayout(
      roles: roles, delimiter: delimiter, comment: reader.comment, decimal: form.decimal,
      allowsMissing: layout.allowsMissing)
  }

  /// Takes plain records of `bytes`, the first of which begins on `line` or later.
  mutating func add(_ records: PlainRecords<Scalar>, of bytes: [UInt8], line: Int) {
    rows += records.rows
    expectRows(like: records)
    features.append(contentsOf: records.features)
    targets.append(contentsOf: records.targets)
    for (column, isTruth) in records.truths.enumerated() where isTruth != 0 {
      if truths[column] == nil { truths[column] = (nil, "true") }
    }
    let width = textColumns.count
    let text = bytes.span
    for (place, column) in textColumns.enumerated() {
      let isTarget = layout.targets.contains(column)
      for row in 0..<records.rows {
        let field = records.texts[row * width + place]
        let line = line + Int(records.lines[row])
        if isTarget {
          targets.add(text, field, line: line)
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
    targets.expect(count)
  }

  /// Takes the reader's current record.
  mutating func add(_ reader: CSVReader) {
    guard reader.fields.count == layout.names.count else {
      ragged = (
        (ragged?.rows ?? 0) + 1, ragged?.firstLine ?? reader.line,
        ragged?.found ?? reader.fields.count
      )
      return
    }
    let bytes = reader.bytes.span
    for column in reader.fields.indices {
      let field = reader.fields[column]
      switch roles[column] {
      case .skipped: break
      case .feature: features.append(number(bytes, field, column, reader.line))
      case .target: addTarget(bytes, field, column, reader.line)
      case .text where layout.targets.contains(column):
        targets.add(bytes, field, line: reader.line)
      case .text where field.isEmpty:
        categories[column]?.addMissing(line: reader.line)
      case .text:
        categories[column]?.add(bytes, field, line: reader.line)
      }
    }
    if !layout.kept.isEmpty { kept.append(layout.kept.map { reader.text($0) }) }
    rows += 1
  }

  /// A feature, NaN for one that is missing or none.
  private mutating func number(
    _ bytes: Span<UInt8>, _ field: Range<Int>, _ column: Int, _ line: Int
  ) -> Scalar {
    if form.missing.isEmpty, let value = finite(bytes, field) { return value }
    let text = String(decoding: field.map { bytes[$0] }, as: UTF8.self)
    if form.isMissing(text) {
      if !layout.allowsMissing { missing[column, default: MissingFields(line: line)].add(text) }
      return .nan
    }
    if let value = finite(bytes, field) { return value }
    if let truth = truthValue(of: text) {
      if truths[column]?.line == nil { truths[column] = (line, text) }
      return truth ? 1 : 0
    }
    note(text, column, line)
    return .nan
  }

  private mutating func addTarget(
    _ bytes: Span<UInt8>, _ field: Range<Int>, _ column: Int, _ line: Int
  ) {
    let text = String(decoding: field.map { bytes[$0] }, as: UTF8.self)
    if form.isMissing(text) {
      targets.appendMissing(line: line)
    } else if let value = finite(bytes, field) {
      targets.append(value)
    } else {
      note(text, column, line)
      targets.append(0)
    }
  }

  private func finite(_ bytes: Span<UInt8>, _ field: Range<Int>) -> Scalar? {
    guard let value = form.number(bytes, in: field), case let scalar = Scalar(value),
      scalar.isFinite
    else { return nil }
    return scalar
  }

  /// Remembers a field that is no number.
  private mutating func note(_ text: String, _ column: Int, _ line: Int) {
    // The texts of all columns together stay few in a table of many columns.
    let limit = max(16, min(1001, 100_000 / layout.names.count))
    odd[column, default: OddFields(line: line, limit: limit)].add(text)
  }
}
