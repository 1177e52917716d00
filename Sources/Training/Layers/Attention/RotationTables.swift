import Kernels
import Models
import Tensors

/// The angles by which the rows of a batch turn: a table for each kind of rotary embedding.
package struct RotationTables<Scalar: DenseScalar>: Sendable {
  /// One kind's cosines and sines, and which of them each row takes.
  struct Table: Sendable {
    let rotation: Rotation<Scalar>
    let positions: [Int32]
  }

  private(set) var tables: [Table] = []

  /// Tables for sequences of these lengths, one after the other.
  ///
  /// Where the angles depend on the length of a sequence, each has a part of the table of its own.
  init(_ designs: [RotaryDesign], lengths: [Int]) {
    tables = designs.map { design in
      let longest = lengths.max() ?? 0
      guard let first = lengths.first, lengths.allSatisfy({ design.isSame(for: $0, and: first) })
      else { return Self.separate(design, lengths) }
      return Table(
        rotation: Self.rotation(design, positions: longest, length: longest),
        positions: lengths.flatMap { (0..<Int32($0)) })
    }
  }

  private static func separate(_ design: RotaryDesign, _ lengths: [Int]) -> Table {
    let parts = lengths.map { rotation(design, positions: $0, length: $0) }
    let whole = Rotation<Scalar>(
      width: design.width, pairs: .halves, cosines: parts.flatMap(\.cosines),
      sines: parts.flatMap(\.sines))
    return Table(rotation: whole, positions: Array(0..<Int32(lengths.reduce(0, +))))
  }

  static func rotation(
    _ design: RotaryDesign, positions: Int, length: Int
  ) -> Rotation<Scalar> {
    let frequencies = design.frequencies(length: length)
    return Rotation(
      positions: positions, frequencies: frequencies.values, pairs: .halves,
      scale: frequencies.factor)
  }

  /// Tables that are there already, for rows at these positions.
  init(_ rotations: [Rotation<Scalar>], positions: Range<Int>) {
    let positions = positions.map { Int32($0) }
    tables = rotations.map { Table(rotation: $0, positions: positions) }
  }

  /// Turns the heads of x, or turns them back.
  func rotate(
    _ x: inout Matrix<Scalar>, at place: HeadPlace, by index: Int, turnsBack: Bool = false,
    _ workers: Workers
  ) {
    tables[index].rotation.rotate(
      &x.elements, at: place, positions: tables[index].positions, turnsBack: turnsBack,
      workers: workers)
  }
}
