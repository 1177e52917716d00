import CKernels

/// Neighbouring rows of a matrix that is stored in codes, taken apart: a byte for each code, and the
/// scales that groups of them share.
///
///     value = (level - zero)·scale + bias
///
/// each in f32, for the group that a number's row and column lie in.
package struct GroupedCodes: Sendable {
  /// [256], by code.
  package var levels: [Float]
  package var columns: Int
  /// The row that the codes begin with.
  package var firstRow: Int
  /// [rows, columns].
  package var codes: [UInt8]
  package var groups: Groups
  /// [rows of groups, groups in a row], from the row of groups on that `firstRow` lies in.
  package var scales: [Float]
  /// The same, or empty where nothing is subtracted.
  package var zeros: [Float] = []
  /// The same, or empty where nothing is added.
  package var biases: [Float] = []

  /// How numbers share scales.
  package struct Groups: Sendable, Equatable {
    /// Rows of a matrix that share scales; matrices that are stacked share none.
    package var rows: Int
    /// Neighbouring columns that share a scale.
    package var columns: Int
    /// Rows of each of the stacked matrices.
    package var matrixRows: Int
    /// Groups beside each other.
    package var perRow: Int
    /// The group of each column, where they are not neighbours.
    package var order: [Int32] = []

    package init(rows: Int, columns: Int, matrixRows: Int, perRow: Int, order: [Int32] = []) {
      (self.rows, self.columns, self.matrixRows) = (rows, columns, matrixRows)
      (self.perRow, self.order) = (perRow, order)
    }

    /// The row of groups that a row of the tensor lies in.
    package func groupRow(of row: Int) -> Int {
      let perMatrix = (matrixRows + rows - 1) / rows
      return row / matrixRows * perMatrix + row % matrixRows / rows
    }
  }

  package init(
    levels: [Float], columns: Int, firstRow: Int, codes: [UInt8], groups: Groups, scales: [Float]
  ) {
    (self.levels, self.columns, self.firstRow) = (levels, columns, firstRow)
    (self.codes, self.groups, self.scales) = (codes, groups, scales)
  }

  /// Gives numbers of these rows.
  ///
  /// - Parameters:
  ///   - elements: Their indices in the tensor, all in the rows that are here.
  ///   - destination: Overwritten: a number for each element, rounded once from f32.
  ///   - format: The format of those.
  package func decode(
    _ elements: Range<Int>, into destination: inout MutableRawSpan, as format: FloatFormat
  ) {
    let start = elements.lowerBound - firstRow * columns
    precondition(start >= 0 && start + elements.count <= codes.count, "rows are missing")
    precondition(levels.count == 256 && destination.byteCount == elements.count * format.byteCount)
    var values = [Float](repeating: 0, count: min(columns, Self.tile))
    var element = elements.lowerBound
    while element < elements.upperBound {
      let (row, column) = element.quotientAndRemainder(dividingBy: columns)
      let count = min(elements.upperBound - element, columns - column, Self.tile)
      decode(row: row, column: column, count: count, into: &values)
      let place = (element - elements.lowerBound) * format.byteCount
      var part = destination._mutatingExtracting(place..<place + count * format.byteCount)
      FloatCoding.convert(
        unsafe values.span.bytes.extracting(0..<count * 4), from: .f32, into: &part, as: format)
      element += count
    }
  }

  /// Numbers that are decoded at a time: they stay in the nearest cache.
  private static let tile = 4096

  private func decode(row: Int, column: Int, count: Int, into values: inout [Float]) {
    let groupRow = groups.groupRow(of: row) - groups.groupRow(of: firstRow)
    let first = groupRow * groups.perRow
    precondition(first + groups.perRow <= scales.count, "scales are missing")
    precondition(zeros.isEmpty || zeros.count == scales.count, "zero points are missing")
    precondition(biases.isEmpty || biases.count == scales.count, "biases are missing")
    precondition(
      groups.order.isEmpty
        ? (columns + groups.columns - 1) / groups.columns <= groups.perRow
        : groups.order.count == columns)
    let place = (row - firstRow) * columns + column
    unsafe codes.withUnsafeBufferPointer { codes in
      unsafe withRow(first) { description in
        unsafe values.withUnsafeMutableBufferPointer { values in
          guard let start = codes.baseAddress, let values = values.baseAddress else { return }
          unsafe lora_decode_grouped(description, column, count, start + place, values)
        }
      }
    }
  }

  private func withRow(_ first: Int, _ body: (UnsafePointer<lora_grouped_row>) -> Void) {
    unsafe levels.withUnsafeBufferPointer { levels in
      unsafe groups.order.withUnsafeBufferPointer { order in
        unsafe scales.withUnsafeBufferPointer { scales in
          unsafe zeros.withUnsafeBufferPointer { zeros in
            unsafe biases.withUnsafeBufferPointer { biases in
              guard let levels = levels.baseAddress, let start = scales.baseAddress else { return }
              let row = unsafe lora_grouped_row(
                levels: levels, group: groups.columns,
                groups: order.isEmpty ? nil : order.baseAddress, scales: start + first,
                zeros: zeros.isEmpty ? nil : zeros.baseAddress.map { unsafe $0 + first },
                biases: biases.isEmpty ? nil : biases.baseAddress.map { unsafe $0 + first })
              unsafe withUnsafePointer(to: row) { unsafe body($0) }
            }
          }
        }
      }
    }
  }
}
