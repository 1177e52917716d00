import CKernels

/// A matrix [rows, columns] as it is stored, row after row: a format and bytes.
///
/// A product widens it while it multiplies, so that it is never in memory a second time.
package struct StoredMatrix: Sendable {
  /// What the bytes are.
  package enum Format: Sendable {
    /// Numbers, little-endian.
    case plain(FloatFormat)
    /// Codes of 4 or 8 bits.
    case coded(ScaledCoding)
  }

  package let rows: Int
  package let columns: Int
  package let format: Format
  package let bytes: [UInt8]

  /// The matrix whose numbers `bytes` are.
  package init(_ bytes: [UInt8], in format: FloatFormat, rows: Int, columns: Int) {
    precondition(
      bytes.count == rows * columns * format.byteCount,
      "\(bytes.count) bytes are no \(rows) × \(columns) matrix in \(format)")
    (self.bytes, self.rows, self.columns) = (bytes, rows, columns)
    self.format = .plain(format)
  }

  /// The matrix whose numbers `codes` stand for.
  package init(codes: [UInt8], by coding: ScaledCoding, rows: Int, columns: Int) {
    precondition(
      codes.count >= (rows * columns * coding.scheme.bits + 7) / 8
        && coding.scales.count >= coding.scheme.scaleCount(of: rows * columns),
      "the codes or scales do not fill \(rows) × \(columns)")
    if case .rows(let length) = coding.scheme {
      precondition(length == columns, "8-bit codes have a scale for each row")
    }
    (self.bytes, self.rows, self.columns) = (codes, rows, columns)
    format = .coded(coding)
  }

  package var count: Int { rows * columns }

  /// The numbers of some rows, row after row.
  package func values<Scalar: DenseScalar>(
    ofRows range: Range<Int>, as: Scalar.Type = Scalar.self
  ) -> [Scalar] {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "no such rows")
    let elements = range.lowerBound * columns..<range.upperBound * columns
    var values = [Scalar](zeros: elements.count)
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe values.withUnsafeMutableBytes { values in
        let all = unsafe RawSpan(_unsafeBytes: bytes)
        var place = unsafe MutableRawSpan(_unsafeBytes: values)
        switch format {
        case .plain(let format):
          let size = format.byteCount
          FloatCoding.convert(
            all.extracting(elements.lowerBound * size..<elements.upperBound * size), from: format,
            into: &place, as: Scalar.format)
        case .coded(let coding):
          coding.decode(elements, of: all, into: &place, as: Scalar.format)
        }
      }
    }
    return values
  }
}

/// A matrix that a product can read as its second operand: numbers in memory, or one as it is stored.
package protocol ProductOperand {
  /// Numbers that it holds.
  var count: Int { get }

  /// Lends it to `body` as the kernels take it, `columns` numbers to a row.
  func withMatrix<Result>(
    columns: Int, _ body: (UnsafePointer<lora_matrix>) -> Result
  ) -> Result
}

extension StoredMatrix: ProductOperand {
  package func withMatrix<Result>(
    columns: Int, _ body: (UnsafePointer<lora_matrix>) -> Result
  ) -> Result {
    precondition(columns == self.columns, "the matrix has \(self.columns) columns, not \(columns)")
    return unsafe bytes.withUnsafeBytes { bytes in
      var matrix = unsafe lora_matrix()
      unsafe matrix.numbers = bytes.baseAddress
      unsafe matrix.pitch = columns
      switch format {
      case .plain(let format):
        unsafe (matrix.storage, matrix.format) = (LORA_PLAIN, format.code)
        return unsafe body(&matrix)
      case .coded(let coding):
        unsafe matrix.format = coding.rounding.code
        return unsafe coding.scales.withUnsafeBufferPointer { scales in
          unsafe matrix.scales = scales.baseAddress
          guard case .blocks(let book, let size) = coding.scheme else {
            unsafe matrix.storage = LORA_CODES_8
            return unsafe body(&matrix)
          }
          return unsafe book.levels.withUnsafeBufferPointer { levels in
            unsafe matrix.storage = LORA_CODES_4
            unsafe (matrix.levels, matrix.block) = (levels.baseAddress, size)
            return unsafe body(&matrix)
          }
        }
      }
    }
  }
}

extension Array: ProductOperand where Element: DenseScalar {
  package func withMatrix<Result>(
    columns: Int, _ body: (UnsafePointer<lora_matrix>) -> Result
  ) -> Result {
    unsafe withUnsafeBufferPointer { numbers in
      var matrix = unsafe lora_matrix()
      unsafe matrix.numbers = UnsafeRawPointer(numbers.baseAddress)
      unsafe (matrix.storage, matrix.format) = (LORA_PLAIN, Element.format.code)
      unsafe matrix.pitch = columns
      return unsafe body(&matrix)
    }
  }
}
