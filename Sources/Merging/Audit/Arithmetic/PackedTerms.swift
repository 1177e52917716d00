import Kernels
import Tensors

/// The terms of one matrix, packed: together as a merge adds them, and each alone.
struct PackedTerms: Sendable {
  /// One adapter's term.
  struct Part: Sendable {
    let update: PackedUpdate
    /// What stands in front of B·A, all told.
    let scale: Double
    /// The user's part of it.
    let weight: Double
    /// By how much the sum of an element can differ from another tool's: this times row · column.
    private let unit: Double
    private let rowNorms: [Double]
    private let columnNorms: [Double]

    init(_ term: AdapterTerm, factor: Double, isDouble: Bool) throws(OutOfMemory) {
      update = try PackedUpdate([(term, factor)], isDouble: isDouble)
      scale = term.scale * factor
      weight = term.weight * factor
      // Two sums in f32, each with an error of at most (r + 4) · 2⁻²⁴ · Σ|b·a|, and by
      // Cauchy-Schwarz Σ|b·a| ≤ ‖b‖·‖a‖.
      unit = abs(factor) * 2 * Double(term.rank + 4) * 0x1p-24
      rowNorms = term.rowNorms
      columnNorms = term.columnNorms
    }

    /// How far another tool's delta can be from ours.
    func bound(_ element: Int) -> Double {
      let (row, column) = element.quotientAndRemainder(dividingBy: columnNorms.count)
      return unit * rowNorms[row] * columnNorms[column]
    }
  }

  /// nil when nothing is added.
  let together: PackedUpdate?
  let parts: [Part]

  init(
    _ terms: [(term: AdapterTerm, factor: Double)], isDouble: Bool
  ) throws(OutOfMemory) {
    let present = terms.filter { $0.factor != 0 }
    together = present.isEmpty ? nil : try PackedUpdate(present, isDouble: isDouble)
    var parts: [Part] = []
    for (term, factor) in present {
      parts.append(try Part(term, factor: factor, isDouble: isDouble))
    }
    self.parts = parts
  }
}

extension PackedUpdate {
  /// Several terms on one matrix as one chain, each times its factor: with factors of 1 the bits
  /// that a merge computes.
  fileprivate convenience init(
    _ terms: [(term: AdapterTerm, factor: Double)], isDouble: Bool
  ) throws(OutOfMemory) {
    let (rows, columns) = (terms[0].term.rows, terms[0].term.columns)
    let rank = terms.reduce(0) { $0 + $1.term.rank }
    var up: [Double] = []
    up.reserveCapacity(rows * rank)
    let parts = terms.map { ($0.term.scaledUp($0.factor), $0.term.rank) }
    if parts.count == 1 {
      up = parts[0].0
    } else {
      for row in 0..<rows {
        for (values, rank) in parts { up += values[row * rank..<(row + 1) * rank] }
      }
    }
    let down = terms.flatMap { $0.term.scaledDown }
    if isDouble {
      try self.init(rows: rows, columns: columns, rank: rank, up: up, down: down)
    } else {
      try self.init(
        rows: rows, columns: columns, rank: rank, up: up.map { Float($0) },
        down: down.map { Float($0) })
    }
  }
}
