import CKernels

/// What becomes of a column's fields; see `LoraFieldRole` in `TableRows.h`.
package enum FieldRole: Sendable {
  case skipped
  case feature
  case target
  case text

  fileprivate var kernel: UInt8 {
    switch self {
    case .skipped: UInt8(LORA_FIELD_SKIPPED.rawValue)
    case .feature: UInt8(LORA_FIELD_FEATURE.rawValue)
    case .target: UInt8(LORA_FIELD_TARGET.rawValue)
    case .text: UInt8(LORA_FIELD_TEXT.rawValue)
    }
  }
}

/// How the records of a table are read.
package struct RecordLayout: Sendable {
  /// One a column.
  package let roles: [FieldRole]
  package let delimiter: UInt8
  /// Lines that begin with it are skipped.
  package let comment: UInt8?
  /// What stands for the point of numbers.
  package let decimal: UInt8
  /// Whether a feature may be missing, which makes it NaN.
  package let allowsMissing: Bool

  package init(
    roles: [FieldRole], delimiter: UInt8, comment: UInt8?, decimal: UInt8 = UInt8(ascii: "."),
    allowsMissing: Bool
  ) {
    (self.roles, self.delimiter, self.decimal) = (roles, delimiter, decimal)
    (self.comment, self.allowsMissing) = (comment, allowsMissing)
  }

  package func count(_ role: FieldRole) -> Int { roles.count { $0 == role } }
}

/// The plain records at the front of a text.
package struct PlainRecords<Scalar: DenseScalar>: Sendable {
  /// Row-major, [rows, features].
  package internal(set) var features: [Scalar] = []
  /// Row-major, [rows, targets].
  package internal(set) var targets: [Scalar] = []
  /// Row-major, [rows, texts]: where each text lies.
  package internal(set) var texts: [Range<Int>] = []
  /// For each row the lines before its own.
  package internal(set) var lines: [UInt32] = []
  /// One a column: 1 where a feature was a truth value, which is 1 or 0 among the features.
  package internal(set) var truths: [UInt8] = []
  package internal(set) var rows = 0
  /// What was taken.
  package internal(set) var byteCount = 0
  package internal(set) var lineCount = 0
}

/// Takes plain records from the front of `range` of `text`, up to the first that is not plain.
@specialized(where Scalar == Float)
package func takeRecords<Scalar: DenseScalar>(
  _ text: [UInt8], in range: Range<Int>, _ layout: RecordLayout
) -> PlainRecords<Scalar> {
  precondition(range.lowerBound >= 0 && range.upperBound <= text.count, "not within the text")
  precondition(range.count < 1 << 31, "too much text at once")
  var records = PlainRecords<Scalar>()
  let capacity = range.count / layout.roles.count + 1
  let places = layout.count(.text)
  var fields = [LoraTextField](repeating: LoraTextField(), count: places * capacity)
  records.truths = [UInt8](repeating: 0, count: layout.roles.count)
  var progress = LoraRecordProgress()
  records.lines = unsafe Array(unsafeUninitializedCapacity: capacity) { lines, rows in
    records.features = unsafe Array(
      unsafeUninitializedCapacity: capacity * layout.count(.feature)
    ) { features, featureCount in
      records.targets = unsafe Array(
        unsafeUninitializedCapacity: capacity * layout.count(.target)
      ) { targets, targetCount in
        unsafe fields.withUnsafeMutableBufferPointer { fields in
          unsafe records.truths.withUnsafeMutableBufferPointer { truths in
            var output = unsafe LoraRecordOutput(
              features: features.baseAddress, targets: targets.baseAddress,
              texts: fields.baseAddress, lines: lines.baseAddress, truths: truths.baseAddress)
            progress = unsafe takePlainRecords(text, in: range, layout, Scalar.self, &output)
          }
        }
        targetCount = progress.rows * layout.count(.target)
      }
      featureCount = progress.rows * layout.count(.feature)
    }
    rows = progress.rows
  }
  (records.rows, records.byteCount) = (progress.rows, progress.bytes)
  records.lineCount = progress.lines
  records.texts = fields.prefix(places * progress.rows).map { field in
    let start = range.lowerBound + Int(field.start)
    return start..<start + Int(field.length)
  }
  return records
}

/// Runs the kernel on `range` of `text`; `output` has room for every record that may be in it.
private func takePlainRecords<Scalar: DenseScalar>(
  _ text: [UInt8], in range: Range<Int>, _ layout: RecordLayout, _: Scalar.Type,
  _ output: inout LoraRecordOutput
) -> LoraRecordProgress {
  let roles = layout.roles.map(\.kernel)
  return unsafe roles.withUnsafeBufferPointer { roles in
    var form = unsafe LoraRecordLayout(
      columns: roles.count, roles: roles.baseAddress, delimiter: layout.delimiter,
      comment: layout.comment ?? 0, decimal: layout.decimal,
      allows_missing: layout.allowsMissing ? 1 : 0)
    return unsafe text.withUnsafeBufferPointer { text in
      guard let start = text.baseAddress else { return LoraRecordProgress() }
      return unsafe Scalar.kernels.takeRecords(
        start + range.lowerBound, range.count, &form, &output)
    }
  }
}

/// Whether every byte of `range` is ASCII and none is NUL.
package func isASCIIText(_ text: [UInt8], in range: Range<Int>) -> Bool {
  precondition(range.lowerBound >= 0 && range.upperBound <= text.count, "not within the text")
  return unsafe text.withUnsafeBufferPointer { text in
    guard let start = text.baseAddress else { return true }
    return unsafe lora_is_ascii_text(start + range.lowerBound, range.count) != 0
  }
}

/// The double nearest to mantissa · 10^exponent; nil for exponents beyond ±27.
package func nearestDouble(mantissa: UInt64, exponent: Int) -> Double? {
  guard (-27...27).contains(exponent) else { return nil }
  var result = 0.0
  return unsafe lora_nearest_double(mantissa, Int32(exponent), &result) != 0 ? result : nil
}
