import FoundationEssentials

/// One matrix on an explorer page.
package struct ExplorerTensor: Sendable {
  /// Block means of the factors, from which the page draws every rank.
  package struct Picture: Sendable {
    /// Cells of the rows, and of the columns.
    package let rows: Int
    package let columns: Int
    /// Ranks that can be drawn.
    package let rank: Int
    /// [rank, rows].
    package let left: [Double]
    /// [rank, columns].
    package let right: [Double]
    /// [rows, columns], or empty.
    package let rest: [Double]

    package init(
      rows: Int, columns: Int, rank: Int, factors: (left: [Double], right: [Double]),
      rest: [Double]
    ) {
      (self.rows, self.columns, self.rank) = (rows, columns, rank)
      (left, right) = factors
      self.rest = rest
    }

    /// Bytes that the picture takes in the page, nearly.
    package var byteCount: Int {
      (2 * (left.count + right.count + rest.count) + 16 * rank) * 4 / 3 + 200
    }
  }

  package let name: String
  package let rows: Int
  package let columns: Int
  package let parametersPerRank: Int
  /// Whether all singular values are known.
  package let isComplete: Bool
  /// [rank − 1] of each: the singular value, the share of the energy, the relative error.
  package let values: [Double]
  package let energies: [Double]
  package let errors: [Double]
  package var picture: Picture?

  package init(
    name: String, shape: (rows: Int, columns: Int), parametersPerRank: Int, isComplete: Bool,
    numbers: (values: [Double], energies: [Double], errors: [Double]), picture: Picture?
  ) {
    self.name = name
    (rows, columns) = shape
    self.parametersPerRank = parametersPerRank
    self.isComplete = isComplete
    (values, energies, errors) = numbers
    self.picture = picture
  }

  /// Bytes that the numbers take in the page, nearly.
  package var numberByteCount: Int { values.count * 32 + name.utf8.count + 200 }

  var json: JSONTree {
    .object([
      .init("name", .text(name)), .init("rows", .integer(rows)),
      .init("columns", .integer(columns)),
      .init("parametersPerRank", .integer(parametersPerRank)),
      .init("complete", .flag(isComplete)),
      .init("numbers", .text(base64(values + energies + errors))),
      .init("picture", picture?.json ?? .null),
    ])
  }
}

extension ExplorerTensor.Picture {
  fileprivate var json: JSONTree {
    .object([
      .init("rows", .integer(rows)), .init("columns", .integer(columns)),
      .init("rank", .integer(rank)),
      .init("left", vectors(left, length: rows)), .init("right", vectors(right, length: columns)),
      .init("rest", rest.isEmpty ? .null : vectors(rest, length: rest.count)),
    ])
  }

  /// Vectors in 16 bits, each with the scale that brings its largest number to 32767.
  private func vectors(_ values: [Double], length: Int) -> JSONTree {
    var codes: [UInt8] = []
    var scales: [Double] = []
    for start in stride(from: 0, to: values.count, by: length) {
      let vector = values[start..<(start + length)]
      let scale = (vector.map(\.magnitude).max() ?? 0) / 32767
      scales.append(scale)
      for value in vector {
        let code = scale > 0 ? Int16((value / scale).rounded()) : 0
        codes += [UInt8(truncatingIfNeeded: code), UInt8(truncatingIfNeeded: code >> 8)]
      }
    }
    return .object([
      .init("codes", .text(Data(codes).base64EncodedString())),
      .init("scales", .text(base64(scales))),
    ])
  }
}

/// Little-endian doubles in base64.
private func base64(_ values: [Double]) -> String {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(values.count * 8)
  for value in values {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(shift)))
    }
  }
  return Data(bytes).base64EncodedString()
}
